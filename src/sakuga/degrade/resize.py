"""Resizing without antialiasing, as PyTorch's `interpolate` does it: area, bilinear, bicubic, nearest.

Source: APISR (CVPR 2024), section 3.2, places such a resize anywhere; Real-ESRGAN (2021), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from sakuga.degrade.clip import Clip, over

Floats = NDArray[np.float64]
_OPENCV = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}
_SHARPNESS = -0.75
"""Of the cubic, in OpenCV and PyTorch alike."""


def resize(clip: Clip, *, height: int, width: int, mode: str, factor: float | None = None) -> Clip:
    """(N, H, W, 3) to (N, height, width, 3); mode: area, bilinear, bicubic or nearest. Nothing is clamped.

    The ratio of the sizes decides where samples lie; with a `factor`, as PyTorch's `scale_factor`, it does so
    for bilinear and bicubic, and a side that is no whole number loses its last part.
    """
    if clip.shape[1:3] == (height, width) and factor in (None, 1):
        return clip.copy()
    if mode in _OPENCV:
        return over(clip, partial(_scaled, height=height, width=width, mode=mode, factor=factor))
    if mode == "nearest":
        return clip[:, _floor(height, clip.shape[1])][:, :, _floor(width, clip.shape[2])]
    rows = _means(clip, height, 1)
    return _means(rows, width, 2)


def _scaled(frame: NDArray[np.float32], height: int, width: int, mode: str, factor: float | None) -> MatLike:
    if factor is None:
        return cv2.resize(frame, (width, height), interpolation=_OPENCV[mode])
    sides = zip((height, width), frame.shape[:2], strict=True)
    # PyTorch's bilinear copies a side that keeps its length, whatever the factor; its bicubic does not.
    down, right = (1.0 if mode == "bilinear" and side == before else factor for side, before in sides)
    if (round(frame.shape[0] * down), round(frame.shape[1] * right)) == frame.shape[:2]:
        # OpenCV rounds sizes instead of cutting them, and copies the frame where that makes no difference.
        return _sampled(_sampled(frame, height, 0, down, mode), width, 1, right, mode)
    larger = cv2.resize(frame, None, fx=right, fy=down, interpolation=_OPENCV[mode])
    return larger[:height, :width]


def _linear(distance: Floats) -> Floats:
    return np.maximum(0, 1 - distance)


def _cubic(distance: Floats) -> Floats:
    near = ((_SHARPNESS + 2) * distance - (_SHARPNESS + 3)) * distance**2 + 1
    far = _SHARPNESS * (((distance - 5) * distance + 8) * distance - 4)
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0))


_WEIGHTS: Mapping[str, Callable[[Floats], Floats]] = {"bilinear": _linear, "bicubic": _cubic}


def _sampled(
    frame: NDArray[np.float32], size: int, axis: int, factor: float, mode: str
) -> NDArray[np.float32]:
    """What OpenCV does, slower, and never a copy unless the factor is 1."""
    places = np.asarray((np.arange(size) + 0.5) / factor - 0.5, np.float64)
    shape = [1] * frame.ndim
    shape[axis] = size
    total = np.zeros((*frame.shape[:axis], size, *frame.shape[axis + 1 :]), np.float32)
    for step in (-1, 0, 1, 2):
        tap = np.floor(places) + step
        weight = _WEIGHTS[mode](abs(places - tap)).astype(np.float32).reshape(shape)
        total += weight * np.take(frame, tap.astype(np.int64), axis, mode="clip")
    return total


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
