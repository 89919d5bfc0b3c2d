"""Line contrast: how strong the original's lines are in a restored drawing.

What: the depth of strokes within a pixel of the reference's, over the depth that the reference has there.
Range: 0 and up, best near 1: below, lines have faded; above, they are bolder than drawn. NaN where the
reference has no strokes.
Source: our measure; depth as in strokes.py.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.media.frames import Pixels
from sakuga.metrics.strokes import strokes

REACH = 3
"""Side of the square in which the deepest place counts, as lines may shift a little."""


def line_contrast(pixels: Pixels, reference: Pixels) -> float:
    """Two pictures (H, W, C) of one size to the ratio."""
    made, wanted = strokes(pixels), strokes(reference)
    if not wanted.middle.any():
        return float("nan")
    square = np.ones((REACH, REACH), np.uint8)
    deepest = (np.asarray(cv2.dilate(each.depth, square))[wanted.middle] for each in (made, wanted))
    found, drawn = (float(depth.sum(dtype=np.float64)) for depth in deepest)
    return found / drawn
