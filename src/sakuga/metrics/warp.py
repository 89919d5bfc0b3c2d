"""Warp error: how much a restored video changes that does not come from movement.

What: the mean difference of luma between a frame and the frame before it, moved along the source's optical
flow. Places do not count where the flows of both directions disagree by more than a pixel, where the moved
source itself differs by more than 10 levels (covered and uncovered parts, cuts), or which come from outside.
Range: levels of 255, 0 and up, lower is better. NaN where no place counts.
Source: Lai et al., "Learning blind video temporal consistency", ECCV 2018, here of absolute differences and
with Kroeger et al., "Fast optical flow using dense inverse search", ECCV 2016.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.flow import SMALLEST, Flow, enlarged, moved, movement
from sakuga.metrics.luma import Luma, luma

APART = 1.0
"""Pixels that both directions may disagree by."""
ALIKE = 10.0
"""Levels that the moved source may differ by."""


def warp_error(frames: Iterable[tuple[Pixels, Pixels]]) -> float:
    """Pairs of a result (H, W, C) and its source of the same or a smaller size, in order, to levels."""
    total = weight = 0.0
    lumas = ((luma(result), luma(source)) for result, source in frames)
    for (before, source_before), (now, source_now) in pairwise(lumas):
        if min(source_now.shape) < SMALLEST:
            continue
        back, counts = _movement(source_before, source_now)
        difference = np.abs(now - moved(before, enlarged(back, now.shape)))[_mask(counts, now.shape)]
        total += float(difference.sum(dtype=np.float64))
        weight += len(difference)
    return total / weight if weight else float("nan")


def _movement(before: Luma, now: Luma) -> tuple[Flow, NDArray[np.bool_]]:
    """Where each place of `now` was before, and whether that is to be believed."""
    back, apart = movement(before, now)
    return back, (apart <= APART) & (np.abs(now - moved(before, back)) <= ALIKE)


def _mask(counts: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    mask = cv2.resize(counts.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(mask) > 0
