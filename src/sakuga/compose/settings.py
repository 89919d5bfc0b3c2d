"""What all shots of a folder share."""

from __future__ import annotations

from dataclasses import dataclass

from sakuga.compose.effects import EFFECTS, EXTRAS
from sakuga.errors import InputError

STILL = 24
"""Frames of the shot that a still is out of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Raises InputError where a value cannot be."""

    seed: int = 0
    size: tuple[int, int] = (720, 1280)
    """(height, width)."""
    frames: int = 1
    """Of a shot; 1 makes stills, each a moment of a shot of STILL frames."""
    without: tuple[str, ...] = ()
    """Effects and EXTRAS that are left out; all else stays as it is."""

    def __post_init__(self) -> None:
        height, width = self.size
        if not 64 <= min(self.size) <= max(self.size) <= 8192:
            raise InputError(f"--size is {width}x{height}; both sides are numbers from 64 to 8192.")
        if self.frames < 1:
            raise InputError(f"--frames is {self.frames}; it is a number of frames, 1 or more.")
        if self.seed < 0:
            raise InputError(f"--seed is {self.seed}; it is a whole number, 0 or more.")
        known = (*EFFECTS, *EXTRAS)
        for name in self.without:
            if name not in known:
                raise InputError(f"--without {name}: there is no such effect; there are {', '.join(known)}.")

    @property
    def length(self) -> int:
        """Frames of every shot, shown or not."""
        return self.frames if self.frames > 1 else STILL

    @property
    def unit(self) -> float:
        """Pixels that one pixel of 720 rows becomes."""
        return self.size[0] / 720
