"""Films with many cuts, for what happens at them."""

from __future__ import annotations

import numpy as np


def shots(count, each, width=32, height=24, first=0):
    """Frames (height, width, 3) from number `first` on, a new scene every `each`, in which a square moves."""
    for index in range(first, first + count):
        shot, at = divmod(index, each)
        colours = np.random.default_rng(shot).integers(0, 256, (4, 4, 3))
        picture = np.kron(colours, np.ones((height // 4, width // 4, 1))).astype(np.uint8)
        left = at % (width - 8)
        picture[4:10, left : left + 8] = 240
        yield picture
