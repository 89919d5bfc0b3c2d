"""Line match: whether the lines of a restored drawing are the lines of the original.

What: the F-score of its strokes against the reference's: what part of either has one of the other within two
pixels; 2 p r / (p + r).
Range: 0 to 1, higher is better; NaN where the reference has no strokes.
Source: the boundary F-score of Martin, Fowlkes and Malik, "Learning to detect natural image boundaries using
local brightness, color, and texture cues", IEEE TPAMI 2004, on strokes and with a distance in place of their
assignment.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.strokes import strokes

TOLERANCE = 2.0


def line_match(pixels: Pixels, reference: Pixels) -> float:
    """Two pictures (H, W, C) of one size to the F-score."""
    made, wanted = strokes(pixels).middle, strokes(reference).middle
    if not wanted.any():
        return float("nan")
    if not made.any():
        return 0.0
    precision, recall = _near(made, wanted), _near(wanted, made)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _near(points: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    """The share of `points` that lie close to one of `others`."""
    far = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float((np.asarray(far)[points] <= TOLERANCE).mean())
