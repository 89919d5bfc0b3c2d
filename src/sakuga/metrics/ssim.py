"""SSIM: how alike luminance, contrast and structure of two pictures are, in small windows.

What: the mean of the index over windows of 11x11 pixels under a Gaussian of 1.5, those that lie wholly inside
the picture; of RGB the mean of the three channels.
Range: -1 to 1, higher is better; 1 for equal pictures, NaN below 11 pixels a side.
Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
similarity", IEEE TIP 2004, K1 = 0.01, K2 = 0.03, without their downsampling; values are those of basicsr
1.3.4.9.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.media.frames import Pixels
from sakuga.metrics.levels import Channels, Levels, levels

SIDE = 11
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_WINDOW = cv2.getGaussianKernel(SIDE, 1.5, cv2.CV_64F)


def ssim(pixels: Pixels, reference: Pixels, border: int = 0, channels: Channels = "rgb") -> float:
    """Two pictures (H, W, C) of one size to the index; border: pixels that are cut off on each side."""
    a, b = levels(pixels, border, channels), levels(reference, border, channels)
    if min(a.shape[:2]) < SIDE:
        return float("nan")
    return float(np.mean([_index(a[..., c], b[..., c]) for c in range(a.shape[2])]))


def _index(a: Levels, b: Levels) -> float:
    mean_a, mean_b = _seen(a), _seen(b)
    spread_a, spread_b = _seen(a * a) - mean_a**2, _seen(b * b) - mean_b**2
    shared = _seen(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + _C1) * (2 * shared + _C2)
    return float(np.mean(alike / ((mean_a**2 + mean_b**2 + _C1) * (spread_a + spread_b + _C2))))


def _seen(plane: Levels) -> Levels:
    """The weighted mean of each whole window."""
    half = SIDE // 2
    mean = cv2.sepFilter2D(plane, cv2.CV_64F, _WINDOW, _WINDOW)
    return np.asarray(mean, np.float64)[half:-half, half:-half]
