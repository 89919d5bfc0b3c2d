"""A part of a video, from one time to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from sakuga.errors import InputError

_CODE = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, but without, `end`: seconds on the clock that players show."""

    start: Fraction = Fraction(0)
    end: Fraction | None = None
    """None: to the end of the video."""

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InputError(
                f"--end {float(self.end):g} s is not after --start {float(self.start):g} s; nothing is left."
            )

    @property
    def whole(self) -> bool:
        """Whether nothing is cut off."""
        return not self.start and self.end is None

    @property
    def length(self) -> Fraction | None:
        """Seconds; None up to the end of the video."""
        return None if self.end is None else self.end - self.start

    def within(self, duration: float) -> float:
        """How much of a video of `duration` seconds it takes, in seconds."""
        end = duration if self.end is None else min(duration, float(self.end))
        return max(0.0, end - float(self.start))


def seconds(code: str, flag: str) -> Fraction:
    """A time code, such as 1:02:03.5, 2:03 or 90, in seconds; raises InputError naming `flag`."""
    match = _CODE.fullmatch(code.strip())
    if match is None:
        raise InputError(f"{flag} is {code}; give a time such as 1:02:03.5, 2:03 or 90 (seconds).")
    hours, minutes, rest = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + Fraction(rest)
