"""Pixels as numbers in 8-bit levels, cut to what a comparison looks at."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels

Levels = NDArray[np.float64]
"""Shape (H, W, C), 0..255 whatever the depth of the picture was."""
Channels = Literal["rgb", "y"]

_Y = np.array((65.481, 128.553, 24.966)) / 255


def levels(pixels: Pixels, border: int = 0, channels: Channels = "rgb") -> Levels:
    """(H, W, 3) RGB or (H, W, 1) grey, without `border` pixels on each side.

    y: BT.601's luma from 16 to 235, not rounded, as super-resolution papers measure; (H, W, 1).
    """
    height, width = pixels.shape[:2]
    inner = pixels[border : max(border, height - border), border : max(border, width - border)]
    values = inner.astype(np.float64) * (255 / np.iinfo(pixels.dtype).max)
    if channels == "rgb" or values.shape[2] == 1:
        return values
    return (values @ _Y + 16)[..., None]
