"""How a camera goes over its layers, and on which frames drawings change."""

from __future__ import annotations

from dataclasses import dataclass

HOLDS = {1: 0.25, 2: 0.5, 3: 0.25}
"""Frames for which a drawing stands -> how often: on ones, twos and threes."""


@dataclass(frozen=True, slots=True)
class Camera:
    """It moves evenly, or not at all; what is nearer moves farther through the frame."""

    pace: tuple[float, float] = (0.0, 0.0)
    """Rows and columns a frame, of what is at depth 1."""
    whole: bool = True
    """Whether layers stand on whole pixels, as under a camera stand; else between them, too."""

    def shift(self, number: int, length: int, depth: float) -> tuple[float, float]:
        """By how much a layer has gone down and right in frame `number`, since the middle of the shot."""
        return self.placed(*(-each * depth * (number - length // 2) for each in self.pace))

    def placed(self, down: float, right: float) -> tuple[float, float]:
        """On whole pixels, where they are wanted."""
        return (float(round(down)), float(round(right))) if self.whole else (down, right)

    def reach(self, length: int, depth: float) -> tuple[float, float]:
        """Rows and columns that a layer goes to either side of its place, at most."""
        far = depth * (length // 2 + 1)
        return abs(self.pace[0]) * far + 1, abs(self.pace[1]) * far + 1


def held(number: int, hold: int) -> int:
    """The frame whose drawing stands in frame `number`."""
    return number // hold * hold
