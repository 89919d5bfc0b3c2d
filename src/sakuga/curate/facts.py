"""What is known of a video and of each of its I pictures before any of them is chosen."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from fractions import Fraction
from typing import Any

from sakuga.media.bars import Bars


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one I picture."""

    pts: int
    """On the file's own clock, in units of the survey's `time_base`."""
    time: float
    """Seconds from the beginning, as players show it."""
    size: int
    """Bytes in the file."""
    keyframe: bool
    """Whether it is an IDR picture or the like, where decoding can begin."""
    score: float | None = None
    """None where it was not looked at, or has no score."""
    flatness: float = 0.0
    likeness: int = 0
    """See the files of `sakuga.metrics` for both."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Of one video."""

    width: int
    height: int
    """Of the stored pictures."""
    codec: str
    minutes: int
    """Whole ones."""
    time_base: Fraction
    bars: Bars
    """What is cut off each picture."""
    pictures: tuple[Facts, ...]
    """All I pictures, in order of time."""
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pictures)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` takes them."""
        return {
            "width": self.width,
            "height": self.height,
            "codec": self.codec,
            "minutes": self.minutes,
            "time_base": str(self.time_base),
            "bars": list(astuple(self.bars)),
            "pictures": [list(astuple(each)) for each in self.pictures],
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Survey:
        """Raises KeyError, TypeError or ValueError for what `to_json` does not give."""
        return cls(
            width=told["width"],
            height=told["height"],
            codec=told["codec"],
            minutes=told["minutes"],
            time_base=Fraction(told["time_base"]),
            bars=Bars(*told["bars"]),
            pictures=tuple(Facts(*each) for each in told["pictures"]),
            warnings=tuple(told["warnings"]),
        )
