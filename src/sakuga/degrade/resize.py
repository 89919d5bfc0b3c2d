"""Resizing without antialiasing, as PyTorch's `interpolate` does it: area, bilinear, bicubic, nearest.

Source: APISR (CVPR 2024), section 3.2, places such a resize anywhere; Real-ESRGAN (2021), section 3.2. The
ratio of the sizes decides where samples lie, so that what comes last is aligned with what came first.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.clip import Clip, over

_OPENCV = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}


def resize(clip: Clip, *, height: int, width: int, mode: str) -> Clip:
    """(N, H, W, 3) to (N, height, width, 3); mode: area, bilinear, bicubic or nearest. Nothing is clamped."""
    if mode in _OPENCV:
        return over(clip, lambda frame: cv2.resize(frame, (width, height), interpolation=_OPENCV[mode]))
    if mode == "nearest":
        return clip[:, _floor(height, clip.shape[1])][:, :, _floor(width, clip.shape[2])]
    rows = _means(clip, height, 1)
    return _means(rows, width, 2)


def _floor(size: int, before: int) -> NDArray[np.int64]:
    return np.arange(size) * before // size


def _means(clip: Clip, size: int, axis: int) -> Clip:
    """Each result is the mean of the samples that its place touches."""
    before = clip.shape[axis]
    if before % size == 0:
        parts = (*clip.shape[:axis], size, before // size, *clip.shape[axis + 1 :])
        return clip.reshape(parts).mean(axis + 1, dtype=np.float32)
    first = np.arange(size) * before // size
    last = -(-(np.arange(size) + 1) * before // size)
    count = last - first
    shape = [1] * clip.ndim
    shape[axis] = size
    total = np.take(clip, first, axis)
    for step in range(1, int(count.max())):
        inside = (step < count).astype(np.float32).reshape(shape)
        total += inside * np.take(clip, np.minimum(first + step, before - 1), axis)
    return total / count.astype(np.float32).reshape(shape)
