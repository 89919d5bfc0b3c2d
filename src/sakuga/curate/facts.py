"""What is known of a video and of each of its pictures that may be chosen."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from sakuga.media.bars import Bars
from sakuga.media.probe import VideoInfo

_WOVEN = (
    "{} is flagged as interlaced: its pictures may hold two moments each, and are kept as they are stored."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one picture."""

    pts: int
    """On the file's own clock, in units of the survey's `time_base`."""
    time: float
    """Seconds from the beginning, as players show it."""
    size: int = 0
    """Bytes in the file; told of I pictures, as is the next."""
    keyframe: bool = False
    """Whether it is an IDR picture or the like, where decoding can begin."""
    score: float | None = None
    """None where it was not looked at, or has no score."""
    flatness: float = 0.0
    likeness: int = 0
    """See the files of `sakuga.metrics` for both."""
    number: int | None = None
    """In display order from 0; None of I pictures, as frames between them are not counted."""
    text: float = 0.0
    """How much of it is lines of text; of I pictures this is measured once they are chosen."""


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
    """All I pictures, or those that stand for shots or in a list, in order of time."""
    warnings: tuple[str, ...] = ()
    sar: Fraction = Fraction(1)
    """Width of a stored pixel over its height."""

    @classmethod
    def of(
        cls,
        path: Path,
        info: VideoInfo,
        bars: Bars,
        pictures: tuple[Facts, ...],
        warnings: tuple[str, ...] = (),
    ) -> Survey:
        """What `info` tells of the video at `path`, and this."""
        return cls(
            width=info.width,
            height=info.height,
            codec=info.codec,
            minutes=minutes(info),
            time_base=info.time_base,
            bars=bars,
            pictures=pictures,
            warnings=(*([_WOVEN.format(path)] if info.interlaced else []), *warnings),
            sar=info.sar,
        )

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
            "sar": str(self.sar),
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
            sar=Fraction(told["sar"]),
        )


def shown(pts: int, info: VideoInfo) -> float:
    """When a picture is on show, in seconds from the beginning."""
    return round(float(pts * info.time_base - info.origin), 6)


def minutes(info: VideoInfo) -> int:
    """Whole minutes, as APISR's released code counts them: frames by rate."""
    return int((info.frames / info.rate if info.frames else info.duration) / 60)
