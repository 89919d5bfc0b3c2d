"""What travels between media and engine: NumPy frames, RGB, full range."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8 | np.uint16]
"""Shape (H, W, C), C = 3 RGB or 1 grey, uint8 or uint16, full range: the dtype's maximum is white."""


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One picture of a video with its place in time."""

    pixels: Pixels
    """Shape (H, W, 3), RGB, full range; uint8 from 8-bit sources, uint16 (0..65535) from deeper ones."""
    pts: int
    """Presentation time in units of `time_base`, exactly as the source has it."""
    time_base: Fraction
    """Seconds per unit of `pts`."""
    duration: int = 0
    """How long it is shown, in units of `time_base`; 0 where the source does not say."""
