"""Optical flow between two frames: where each place was before, and how far that is to be believed.

Source: Kroeger, Timofte, Dai and Van Gool, "Fast optical flow using dense inverse search", ECCV 2016, by
OpenCV; both directions are compared as by Sundaram, Brox and Keutzer, ECCV 2010.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.luma import Luma

SMALLEST = 16
"""Pixels of a side below which no flow is found."""
_OUTSIDE = 1e3

Flow = NDArray[np.float32]
"""(H, W, 2), pixels right and down from each place of one frame to where it is in the other."""


class Movement(NamedTuple):
    """From the frame before to the frame now, seen from each place of the one now."""

    back: Flow
    """To where it was before."""
    apart: NDArray[np.float32]
    """(H, W), pixels by which the flows of both directions disagree; large where it comes from outside."""


def movement(before: Luma, now: Luma) -> Movement:
    """Between two frames (H, W) of one size, both sides SMALLEST or more."""
    back, ahead = _flow(now, before), _flow(before, now)
    apart = np.linalg.norm(back + moved(ahead, back), axis=2).astype(np.float32)
    rows, columns = np.indices(now.shape, np.float32)
    from_row, from_column = rows + back[..., 1], columns + back[..., 0]
    inside = (from_row >= 0) & (from_row <= now.shape[0] - 1)
    inside &= (from_column >= 0) & (from_column <= now.shape[1] - 1)
    apart[~inside] = _OUTSIDE
    return Movement(back, apart)


def moved(plane: NDArray[np.float32], flow: Flow, way: int = cv2.INTER_LINEAR) -> NDArray[np.float32]:
    """(H, W) or (H, W, C), read at where `flow` points; way: OpenCV's interpolation."""
    rows, columns = np.indices(flow.shape[:2], np.float32)
    places = columns + flow[..., 0], rows + flow[..., 1]
    return np.asarray(cv2.remap(plane, *places, way, borderMode=cv2.BORDER_REPLICATE), np.float32)


def enlarged(flow: Flow, shape: tuple[int, ...]) -> Flow:
    """The flow of frames of `shape`, found in smaller ones."""
    if flow.shape[:2] == shape[:2]:
        return flow
    times = np.array((shape[1] / flow.shape[1], shape[0] / flow.shape[0]), np.float32)
    large = cv2.resize(flow, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32) * times


def _flow(start: Luma, end: Luma) -> Flow:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    blank = np.zeros((*start.shape, 2), np.float32)
    first, second = (np.rint(each).astype(np.uint8) for each in (start, end))
    return np.asarray(search.calc(first, second, blank), np.float32)
