"""Colour drift: how far the broad colours of a restored picture are from those of its source.

What: the mean absolute difference of red, green and blue under a Gaussian of 8 pixels, at the smaller size.
Range: levels of 255, 0 and up, lower is better; above 1 it shows side by side, above 3 alone.
Source: our measurement; it looks as far as the colour lock of `sakuga restore` does.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.media.frames import Pixels
from sakuga.metrics.common import common
from sakuga.metrics.levels import Levels, levels

SIGMA = 8.0


def drift(pixels: Pixels, reference: Pixels) -> float:
    """(H, W, C) and its reference or smaller source, to levels."""
    a, b = common(pixels, reference)
    return float(np.abs(_broad(a) - _broad(b)).mean())


def _broad(pixels: Pixels) -> Levels:
    smooth = cv2.GaussianBlur(levels(pixels), (0, 0), SIGMA, borderType=cv2.BORDER_REFLECT)
    return np.asarray(smooth, np.float64)
