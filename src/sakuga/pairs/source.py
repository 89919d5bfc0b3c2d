"""Where pairs come from: anything that gives a photo and a drawing for a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sakuga.media.plain import Rgb

Told = Mapping[str, Any]
"""Plain values."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo, and the same as a drawing."""

    photo: Rgb
    """Shape (H, W, 3)."""
    anime: Rgb
    """Of the same size."""
    told: Told = field(default_factory=dict[str, Any])
    """Where this one is from: files, seed, degree."""


class PairSource(Protocol):
    """Candidates, numbered from 0; the same number gives the same pair."""

    @property
    def told(self) -> Told:
        """All that decides what its pairs are; a folder of pairs is from one source."""
        ...

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """Of the pair's files, without suffix; no two are equal."""
        ...

    def pair(self, index: int) -> Pair:
        """Raises SakugaError where this one cannot be made; others still can."""
        ...
