"""CIE Lab, in which colours are compared and moved: equal steps look about equal."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels

Lab = NDArray[np.float32]
"""Shape (H, W, 3): L 0..100, a and b around -128..127; D65."""


def to_lab(pixels: Pixels) -> Lab:
    """(H, W, 3) sRGB to Lab."""
    values = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_RGB2LAB), np.float32)


def from_lab(lab: Lab, dtype: np.dtype[np.uint8 | np.uint16]) -> Pixels:
    """Lab to sRGB, rounded; colours that no screen shows are clipped."""
    values = np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32)
    white = np.iinfo(dtype).max
    return np.rint(values.clip(0, 1) * white).astype(dtype)
