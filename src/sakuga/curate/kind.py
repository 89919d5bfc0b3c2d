"""What a set can be made of, and what each kind of set has to know: pictures, clips and scenes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from sakuga.curate.folder import Line


class Finding(Protocol):
    """What is known of a video once it has been looked at."""

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def __len__(self) -> int: ...

    def to_json(self) -> dict[str, Any]: ...

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self: ...


class Dated(Protocol):
    """Something that was chosen."""

    @property
    def pts(self) -> int: ...

    @property
    def part(self) -> str:
        """Of the picture; empty for all of it."""
        ...

    def to_json(self) -> list[Any]: ...


Found = TypeVar("Found", bound=Finding)
Picked = TypeVar("Picked", bound=Dated)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Picked]):
    """What was chosen of one video."""

    picks: Sequence[Picked]
    left_out: Counter[str] = field(default_factory=Counter[str])
    """How many that are better than some of these were passed over, by reason."""


@dataclass(frozen=True, slots=True)
class Order(Generic[Found, Picked]):
    """What is to be written of one video."""

    path: Path
    stem: str
    out: Path
    found: Found
    picks: Sequence[Picked]


class Kind(ABC, Generic[Found, Picked]):
    """One kind of set; picklable, as workers are given it."""

    name: str
    """Of its records."""
    finding: type[Found]
    looked_at: str
    """What is found in a video, in the singular."""
    chosen: str
    """What the set holds, in the singular."""

    @abstractmethod
    def key(self) -> dict[str, Any]:
        """All settings that looking depends on, as plain values."""

    @abstractmethod
    def look(self, path: Path, name: str) -> Found:
        """Look at a video; name: what it is called wherever it is."""

    @abstractmethod
    def choose(self, found: Sequence[Found]) -> list[Choice[Picked]]:
        """Of each video, in their order."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """All settings that what is written depends on, as plain values."""

    @abstractmethod
    def make(self, order: Order[Found, Picked]) -> list[Line]:
        """Write what was chosen, each whole, and give its lines of the manifest in order of time."""
