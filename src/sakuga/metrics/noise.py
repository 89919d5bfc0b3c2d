"""Noise: the grain of a picture, where nothing is drawn.

What: the standard deviation of what a Laplacian mask leaves of each 16x16 block, at the flattest fifth of
the blocks; blocks of plain black or white, which clip their noise, do not count.
Range: levels of 255; below 1 clean, 2..4 grain or a worn tape, above 5 heavy.
Source: the mask is that of Immerkær, "Fast noise variance estimation", CVIU 1996; blocks keep out
lines.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.luma import Luma

BLOCK = 16
SHARE = 20
"""Per cent of the blocks that are taken as flat."""
_MASK = np.array(((1, -2, 1), (-2, 4, -2), (1, -2, 1)), np.float32) / 6


def noise(picture: Luma) -> float:
    """(H, W) to a standard deviation in levels; 0 for pictures without a whole block."""
    rest = np.abs(cv2.filter2D(picture, cv2.CV_32F, _MASK))
    spread, level = _blocks(np.asarray(rest, np.float32)), _blocks(picture)
    heard = spread[(level > 8) & (level < 247)]
    if not heard.size:
        return 0.0
    return float(np.percentile(heard, SHARE)) * float(np.sqrt(np.pi / 2))


def _blocks(plane: Luma) -> NDArray[np.float32]:
    """The mean of each whole block."""
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    whole = plane[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return whole.mean((1, 3))
