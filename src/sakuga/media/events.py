"""What a running job tells, as plain values: the progress bar, the plain lines and --json all read these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sakuga.media.plan import Plan, Task

State = Literal["done", "skipped", "failed"]
Unit = Literal["frames", "rows"]


@dataclass(frozen=True, slots=True)
class Count:
    """How far one file is."""

    done: int
    total: int | None
    """None where a video does not say how long it is."""
    unit: Unit
    """Rows of a still, frames of anything that moves."""
    bottleneck: str = ""
    """The stage that the others wait for; empty for pictures."""
    kept: int = 0
    """How many of those done an earlier run had left."""


OnCount = Callable[[Count], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be done; always the first event."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user should know that stops nothing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """Weights are on their way."""

    what: str
    done: int
    """Bytes."""
    total: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The engine is ready."""

    model: str
    device: str
    backend: str
    precision: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """A file has begun."""

    task: Task
    index: int
    """1 for the first."""
    count: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """A file has gone on; at most a few times a second."""

    task: Task
    count: Count
    per_second: float
    """In the count's unit, over the last seconds."""
    seconds_left: float | None
    """Of this file."""
    overall: float
    """Share of the whole job, 0..1, guessed from the sizes of the files."""
    overall_seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one source."""

    source: Path
    destination: Path | None
    """None where there is none: the source could not be read as anything."""
    state: State
    sentence: str = ""
    """Why it failed, or why it was skipped."""
    warnings: tuple[str, ...] = ()
    frames: int = 0
    seconds: float = 0.0
    model: str = ""
    """The network that it went through; empty where none was reached."""
    error: BaseException | None = None
    """What was raised, for those who debug; never needed to understand `sentence`."""


@dataclass(frozen=True, slots=True)
class Finished:
    """All that could be done is done; always the last event."""

    results: tuple[Result, ...]
    drift: float = 0.0
    """Colour that the network changed and the lock put back, mean of all pixels in 8-bit levels."""
    reused: float = 0.0
    """Share of the videos, 0..1, that stood still and did not have to be restored again."""


Event = Planned | Warned | Fetching | Opened | Started | Progressed | Result | Finished
OnEvent = Callable[[Event], None]


def ignore(_: Event | Count) -> None:
    """For those who only want the result."""
