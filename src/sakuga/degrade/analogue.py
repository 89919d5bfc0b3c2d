"""Pictures as analogue television carries them: luma and two colour differences, filtered along lines.

A picture of any size is taken as a part of a standard one, whose lines have `sampling` million samples a
second: 13.5 where 720 of them are seen, as on a DVD; 12.27 where 640 square ones are.
Source: ITU-R BT.470 (system M/NTSC) and BT.601.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.clip import Clip

Plane = NDArray[np.floating[Any]]
"""(N, H, W) float32, which NumPy's types do not follow through arithmetic: one of luma, U and V."""

SAMPLING = 13.5
_LUMA = np.array((0.299, 0.587, 0.114))
_BLUE, _RED = 0.492, 0.877
_TO = np.array((_LUMA, _BLUE * ((0, 0, 1) - _LUMA), _RED * ((1, 0, 0) - _LUMA)), np.float32)
_FROM = np.linalg.inv(_TO.astype(np.float64)).astype(np.float32)
_SIDES = 2.5
"""Lobes of a filter on each side."""
_SLOWEST = 0.001
"""Cycles a sample, below which filters would get longer than any line."""
_ONE = np.ones(1, np.float32)


def split(clip: Clip) -> tuple[Plane, Plane, Plane]:
    """(N, H, W, 3) RGB to luma (0..1), U and V (around 0), each contiguous."""
    y, u, v = (np.ascontiguousarray(clip @ row) for row in _TO)
    return y, u, v


def joined(y: Plane, u: Plane, v: Plane) -> Clip:
    """The way back."""
    return np.asarray(np.stack((y, u, v), -1) @ _FROM.T, np.float32)


def low(plane: Plane, cutoff: float, sampling: float = SAMPLING) -> Plane:
    """What of each line (the last axis) is slower than `cutoff` MHz, of which a half is left; all from half
    `sampling` on. Lines go on as they end.
    """
    if cutoff >= sampling / 2:
        return plane
    kernel = _kernel(max(cutoff / sampling, _SLOWEST))
    lines = plane.reshape(-1, plane.shape[-1])
    slow = cv2.sepFilter2D(lines, cv2.CV_32F, kernel, _ONE, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(slow, np.float32).reshape(plane.shape)


def _kernel(cutoff: float) -> NDArray[np.float32]:
    """A windowed sinc (K,), cutoff in cycles a sample; its sum is 1."""
    half = int(np.ceil(_SIDES / (2 * cutoff)))
    x = np.arange(-half, half + 1)
    taps = np.sinc(2 * cutoff * x) * np.cos(np.pi / 2 * x / (half + 1)) ** 2
    return (taps / taps.sum()).astype(np.float32)
