"""Blur: how little a picture loses when it is blurred once more.

What: the share of the steps between neighbours that stays when the picture is averaged over nine pixels.
Range: 0 sharp to 1 nothing but blur; clean drawings 0.2..0.4, soft ones above 0.5.
Source: Crete, Dolmiere, Ladret and Nicolas, "The blur effect: perception and estimation with a new
no-reference perceptual blur metric", SPIE 2007.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.metrics.luma import Luma

TAPS = 9


def blur(picture: Luma) -> float:
    """(H, W) to 0..1, the worse of both directions; 1 for a picture of one colour."""
    return max(_along(picture, axis) for axis in (0, 1))


def _along(picture: Luma, axis: int) -> float:
    again = cv2.blur(picture, (1, TAPS) if axis == 0 else (TAPS, 1))
    before = np.abs(np.diff(picture, axis=axis))
    lost = np.maximum(before - np.abs(np.diff(again, axis=axis)), 0).sum()
    total = float(before.sum())
    return 1 - float(lost) / total if total else 1.0
