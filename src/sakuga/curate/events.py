"""What a running curation tells, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

State = Literal["done", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Planned:
    """How much there is to do; always the first event."""

    videos: int
    ignored: int = 0
    """Other files inside folders."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the user should know and that stops nothing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A video has been looked at."""

    path: Path
    index: int
    """1 for the first."""
    count: int
    found: int
    seconds: float
    kept: bool = False
    """Whether an earlier run had looked at it."""
    noun: str = "I picture"
    """What was found."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one video."""

    path: Path
    state: State
    sentence: str = ""
    """Why it failed."""
    pictures: int = 0
    """Of it in the set."""
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many were passed over, by reason."""
    noun: str = "picture"
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """All that could be done is done; always the last event."""

    results: tuple[Result, ...]
    out: Path
    pictures: int
    """In the manifest."""
    rejected: int = 0
    """By a review; they are not in the manifest."""
    noun: str = "picture"


Event = Planned | Noted | Surveyed | Result | Finished
OnEvent = Callable[[Event], None]


def ignore(_: Event) -> None:
    """For those who only want the results."""
