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
from sakuga.metrics.luma import Luma, luma

APART = 1.0
"""Pixels that both directions may disagree by."""
ALIKE = 10.0
"""Levels that the moved source may differ by."""
SMALLEST = 16
"""Pixels of a side below which no flow is found."""

Flow = NDArray[np.float32]
"""(H, W, 2), pixels right and down from each place of one frame to where it is in the other."""


def warp_error(frames: Iterable[tuple[Pixels, Pixels]]) -> float:
    """Pairs of a result (H, W, C) and its source of the same or a smaller size, in order, to levels."""
    total = weight = 0.0
    lumas = ((luma(result), luma(source)) for result, source in frames)
    for (before, source_before), (now, source_now) in pairwise(lumas):
        if min(source_now.shape) < SMALLEST:
            continue
        back, counts = _movement(source_before, source_now)
        back, counts = _enlarged(back, counts, now.shape)
        difference = np.abs(now - _moved(before, back))[counts]
        total += float(difference.sum(dtype=np.float64))
        weight += len(difference)
    return total / weight if weight else float("nan")


def _movement(before: Luma, now: Luma) -> tuple[Flow, NDArray[np.bool_]]:
    """Where each place of `now` was before, and whether that is to be believed."""
    back, ahead = _flow(now, before), _flow(before, now)
    returned = np.linalg.norm(back + _moved(ahead, back), axis=2)
    rows, columns = np.indices(now.shape, np.float32)
    from_row, from_column = rows + back[..., 1], columns + back[..., 0]
    inside = (from_row >= 0) & (from_row <= now.shape[0] - 1)
    inside &= (from_column >= 0) & (from_column <= now.shape[1] - 1)
    return back, inside & (returned <= APART) & (np.abs(now - _moved(before, back)) <= ALIKE)


def _flow(start: Luma, end: Luma) -> Flow:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    blank = np.zeros((*start.shape, 2), np.float32)
    first, second = (np.rint(each).astype(np.uint8) for each in (start, end))
    return np.asarray(search.calc(first, second, blank), np.float32)


def _moved(plane: NDArray[np.float32], flow: Flow) -> NDArray[np.float32]:
    rows, columns = np.indices(flow.shape[:2], np.float32)
    moved = cv2.remap(
        plane, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


def _enlarged(
    flow: Flow, counts: NDArray[np.bool_], shape: tuple[int, ...]
) -> tuple[Flow, NDArray[np.bool_]]:
    if counts.shape == shape:
        return flow, counts
    size = shape[1], shape[0]
    times = np.array((shape[1] / counts.shape[1], shape[0] / counts.shape[0]), np.float32)
    large = cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR)
    mask = cv2.resize(counts.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(large, np.float32) * times, np.asarray(mask) > 0
