"""Colour blobs: patches of colour that a network made up and its source does not have.

What: how much the chroma of places differs from the source's, at the smaller size and 240 rows at most, under
a Gaussian of 3 pixels, beyond the median difference (which is drift) and beyond what compression leaves; the
mean over the picture.
Range: levels of 255, 0 and up, lower is better; below 0.03 without blobs, also where the source is heavily
compressed. A patch that differs by 35 levels over 1 % of the picture gives about 0.2. It rises with strength
and with area.
Source: our measure of the "unwanted color artifacts" of Wang et al., "APISR: Anime production inspired
real-world anime super-resolution", CVPR 2024, section 3.4, who show them and give no number.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.common import common
from sakuga.metrics.levels import Levels, levels

ROWS = 240
SIGMA = 3.0
TOLERANCE = 8.0
"""Levels of chroma that codecs and sharper edges change."""
_CHROMA = np.array(((-0.1146, -0.3854, 0.5), (0.5, -0.4542, -0.0458))).T
"""BT.709's blue and red differences, full range."""


def blobs(pixels: Pixels, reference: Pixels) -> float:
    """(H, W, 3) and its reference or smaller source, to levels; 0 for grey pictures."""
    if pixels.shape[2] == 1 or reference.shape[2] == 1:
        return 0.0
    return float(np.maximum(deviation(pixels, reference) - TOLERANCE, 0).mean())


def deviation(pixels: Pixels, reference: Pixels) -> NDArray[np.float64]:
    """Where it differs, and by how much: (h, w) in levels, h at most ROWS."""
    a, b = common(pixels, reference, ROWS)
    difference = _smooth((levels(a) - levels(b)) @ _CHROMA)
    return np.linalg.norm(difference - np.median(difference, (0, 1)), axis=2)


def _smooth(plane: Levels) -> Levels:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), SIGMA), np.float64).reshape(plane.shape)
