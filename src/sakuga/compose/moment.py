"""What an effect knows of the frame that it is painted on, and how it lays light over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.float32]
"""Shape (H, W, 3), 0..1."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a shot."""

    number: int
    shift: tuple[float, float]
    """How far what is at depth 1 has gone down and right since the middle of the shot."""

    def drawing(self, hold: int) -> int:
        """Number of the drawing that stands, where each stands for `hold` frames."""
        return self.number // hold


def unit(frame: Frame) -> float:
    """Pixels that one pixel of 720 rows becomes."""
    return frame.shape[0] / 720


def screen(frame: Frame, light: Frame) -> Frame:
    """Light (broadcast to the frame, 0..1) on top of what is lit already."""
    return 1 - (1 - frame) * (1 - np.clip(light, 0, 1))


def colour(values: tuple[float, ...] | list[float]) -> NDArray[np.float32]:
    """RGB, ready to be multiplied."""
    return np.asarray(values, np.float32)
