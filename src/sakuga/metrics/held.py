"""Held drawings: whether a frame shows the drawing of the frame before it.

What: the largest mean change of luma in any 8x8 block between two frames.
Range: levels of 255; codecs change held drawings by less than 10, a new mouth changes its blocks by far more.
Source: our measurement on drawings held on twos and threes at 300 to 800 kb/s; a mean over the whole frame
cannot tell a moving mouth from noise, the largest block can.
"""

from __future__ import annotations

import numpy as np

from sakuga.metrics.luma import Luma

BLOCK = 8
TOLERANCE = 10.0
"""Levels up to which a block's change is the codec's."""


def change(before: Luma, now: Luma) -> float:
    """Two (H, W) frames to levels; frames smaller than a block count as one."""
    difference = np.abs(now - before)
    rows, columns = difference.shape[0] // BLOCK, difference.shape[1] // BLOCK
    if not rows or not columns:
        return float(difference.mean())
    whole = difference[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return float(whole.mean((1, 3)).max())


def held(before: Luma, now: Luma) -> bool:
    """Whether `now` shows the drawing of `before`."""
    return change(before, now) <= TOLERANCE
