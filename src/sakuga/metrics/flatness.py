"""Flatness: how much of a picture is one shade, as in black, white and faded frames.

What: the share of pixels within two levels of the grey that is most frequent in that sense.
Range: 0..1; 0.90 and above is a frame with nothing to learn from; a figure before an even ground has up to
0.85, scenes stay below 0.6.
Source: AnimeSR's curation counts the most frequent grey alone and leaves out white; two levels let black stay
black through a codec.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.metrics.luma import Luma

FLAT = 0.90
"""Share from which a frame is called flat."""
NEAR = 2
"""Levels."""


def flatness(picture: Luma) -> float:
    """A picture as `luma.small` gives it to 0..1."""
    grey = np.rint(picture).astype(np.uint8)
    count = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    near = np.convolve(count, np.ones(2 * NEAR + 1), "same")
    return float(near.max() / grey.size)
