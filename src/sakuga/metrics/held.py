"""Held drawings: whether a frame shows the drawing of the frame before it.

What: the largest mean change of luma in any 8x8 block between two frames.
Range: levels of 255; codecs change held drawings by less than 10, a new mouth changes its blocks by far more.
Source: our measurement on drawings held on twos and threes at 300 to 800 kb/s; a mean over the whole frame
cannot tell a moving mouth from noise, the largest block can.
"""

from __future__ import annotations

import numpy as np

from sakuga.media.blocks import block_means
from sakuga.metrics.luma import Luma

TOLERANCE = 10.0
"""Levels up to which a block's change is the codec's."""


def change(before: Luma, now: Luma) -> float:
    """Two (H, W) frames to levels."""
    return float(block_means(np.abs(now - before)).max())


def held(before: Luma, now: Luma) -> bool:
    """Whether `now` shows the drawing of `before`."""
    return change(before, now) <= TOLERANCE
