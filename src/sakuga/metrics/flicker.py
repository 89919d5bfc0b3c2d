"""Flicker: how much a restored video trembles where its source holds still.

What: the mean change of luma from frame to frame, over the 8x8 blocks of the source that stay, with all
blocks around them, within what codecs change.
Range: levels of 255, 0 and up, lower is better; a codec's own noise is 0.5 to 1. NaN where nothing is held.
Source: our measure, of what users of frame-by-frame restoration complain about; blocks as in held.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.blocks import BLOCK, block_means
from sakuga.media.frames import Pixels
from sakuga.metrics.luma import Luma, luma

STILL = 4.0
"""Levels that the mean of a held block's differences stays below."""


def flicker(frames: Iterable[tuple[Pixels, Pixels]]) -> float:
    """Pairs of a result (H, W, C) and its source of the same or a smaller size, in order, to levels."""
    total = weight = 0.0
    lumas = ((luma(result), luma(source)) for result, source in frames)
    for (before, source_before), (now, source_now) in pairwise(lumas):
        kept = _held(source_before, source_now, now.shape)
        total += float(np.abs(now - before)[kept].sum(dtype=np.float64))
        weight += int(kept.sum())
    return total / weight if weight else float("nan")


def _held(before: Luma, now: Luma, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixels of a frame of `shape` show what the frame before showed."""
    difference = np.abs(now - before)
    moving = cv2.dilate((block_means(difference) > STILL).astype(np.uint8), np.ones((3, 3), np.uint8))
    whole = np.asarray(moving).repeat(BLOCK, 0).repeat(BLOCK, 1)[: now.shape[0], : now.shape[1]]
    large = cv2.resize(whole, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(large) == 0
