"""Blocking: how far the steps at the borders of 8x8 blocks stand out of all others.

What: the mean of each pixel's step beyond that of its neighbours, on the grid against off the grid.
Range: 0 where there is no grid; above 0.15 blocks show to those who look, above 0.5 to everybody.
Source: Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of JPEG compressed images",
ICIP 2002, whose blockiness this is, here as an excess over the other seven columns. The grid's offset is
found, as pictures are cropped; codecs that smooth their borders (H.264 and later) leave little.
"""

from __future__ import annotations

import numpy as np

from sakuga.metrics.luma import Luma

BLOCK = 8
STILL = 0.1
"""Levels added to both sides, so that flat pictures divide by something."""


def blocking(picture: Luma) -> float:
    """(H, W) to the excess, the mean of both directions; 0 for pictures below 4 blocks a side."""
    if min(picture.shape) < 4 * BLOCK:
        return 0.0
    return (_across(picture) + _across(picture.T)) / 2


def _across(picture: Luma) -> float:
    step = np.abs(np.diff(picture, axis=1))
    beyond = np.maximum(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2, 0).mean(0)
    whole = beyond[: len(beyond) // BLOCK * BLOCK].reshape(-1, BLOCK).mean(0)
    grid = int(whole.argmax())
    others = np.delete(whole, grid)
    return max(0.0, float((whole[grid] + STILL) / (others.max() + STILL)) - 1)
