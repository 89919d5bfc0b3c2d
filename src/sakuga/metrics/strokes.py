"""Thin dark lines of a drawing: where they are, and how deep.

A stroke is a place that is darker than both of its sides. Its depth is the largest second derivative of luma
under a Gaussian of 1.5 pixels, times its variance; its middle is where the first derivative across vanishes
within the pixel. Found are lines of up to five pixels; borders between two flats are none.
Source: Steger, "An unbiased detector of curvilinear structures", IEEE TPAMI 1998.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.luma import Luma, luma

SIGMA = 1.5
FAINTEST = 6.0
"""Levels of depth below which a place is no stroke: codec noise stays below."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """What was found in one picture."""

    depth: Luma
    """(H, W) levels, 0 where nothing is darker than its sides."""
    middle: NDArray[np.bool_]
    """(H, W), true on the middle of each stroke."""


def strokes(pixels: Pixels) -> Strokes:
    """(H, W, C) to its strokes."""
    smooth = cv2.GaussianBlur(luma(pixels), (0, 0), SIGMA, borderType=cv2.BORDER_REPLICATE)
    smooth = np.asarray(smooth, np.float32)
    dy, dx = (_slope(smooth, axis) for axis in (0, 1))
    dyy, dxx, dxy = _slope(dy, 0), _slope(dx, 1), _slope(dx, 0)
    bend = (dxx + dyy) / 2 + np.sqrt(((dxx - dyy) / 2) ** 2 + dxy**2)
    depth = np.maximum(SIGMA**2 * bend, 0).astype(np.float32)
    angle = 0.5 * np.arctan2(2 * dxy, dxx - dyy)
    across, down = np.cos(angle), np.sin(angle)
    step = -(dx * across + dy * down) / np.maximum(bend, 1e-6)
    near = np.maximum(np.abs(step * across), np.abs(step * down)) <= 0.6
    return Strokes(depth, near & (depth > FAINTEST))


def _slope(plane: Luma, axis: int) -> Luma:
    """Half the difference of both neighbours."""
    padded = np.pad(plane, [(1, 1) if each == axis else (0, 0) for each in (0, 1)], "edge")
    size = plane.shape[axis]
    ahead, behind = padded.take(range(2, size + 2), axis), padded.take(range(size), axis)
    return ((ahead - behind) / 2).astype(np.float32)
