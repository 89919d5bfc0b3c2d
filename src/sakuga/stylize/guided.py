"""The guided filter: a picture smoothed, but not across the edges of another one.

Source: He, Sun and Tang, "Guided image filtering", ECCV 2010; wide ones work on a smaller picture, as in He
and Sun, "Fast guided filter", 2015.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""Shape (H, W) or (H, W, C)."""

_FINE = 8
"""Radius from which filters work on a smaller picture."""


def guided(plane: Plane, guide: Plane, radius: int, softness: float) -> Plane:
    """(H, W, C) smoothed over about `radius` pixels where the guide (H, W), 0..1, is even; (H, W, C).

    softness: contrast in the guide below which it is smoothed across, 0..1.
    """
    height, width = guide.shape
    part = max(1, radius // _FINE)
    size = max(1, width // part), max(1, height // part)
    small, low = _resized(plane, size, cv2.INTER_AREA), _resized(guide, size, cv2.INTER_AREA)
    side = 2 * max(1, radius // part) + 1
    slope, offset = _linear(small, low, side, softness**2)
    wide = (_resized(_mean(each, side), (width, height), cv2.INTER_LINEAR) for each in (slope, offset))
    slope, offset = wide
    return slope * guide[..., None] + offset


def _linear(plane: Plane, guide: Plane, side: int, least: float) -> tuple[Plane, Plane]:
    """Slope and offset (h, w, C) with which the guide tells the plane, in each window."""
    mean, level = _mean(plane, side), _mean(guide, side)
    spread = np.maximum(_mean(guide * guide, side) - level * level, np.float32(0))
    common = _mean(plane * guide[..., None], side) - mean * level[..., None]
    slope = np.divide(common, (spread + np.float32(least))[..., None], dtype=np.float32)
    return slope, mean - slope * level[..., None]


def _mean(plane: Plane, side: int) -> Plane:
    smooth = cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(smooth, np.float32).reshape(plane.shape)


def _resized(plane: Plane, size: tuple[int, int], way: int) -> Plane:
    if plane.shape[1::-1] == size:
        return plane
    shape = size[1], size[0], *plane.shape[2:]
    return np.asarray(cv2.resize(plane, size, interpolation=way), np.float32).reshape(shape)
