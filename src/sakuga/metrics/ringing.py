"""Ringing: the restless pixels that a codec leaves around lines, in surroundings that were flat.

What: how much pixels that lie beside a strong edge, but not on it, differ from their own median-filtered
surroundings, beyond what pixels far from every edge do.
Range: levels of 255; below 0.5 clean, above 1.5 a veil around every line. Grows with JPEG's damage down to
about quality 40; below that blocks flatten the veil, and blocking tells.
Source: the idea is that of Marziliano, Dufaux, Winkler and Ebrahimi, "Perceptual blur and ringing metrics:
application to JPEG2000", 2004; the median as the picture without ringing suits flat drawings.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.metrics.luma import Luma

EDGE = 120.0
"""Sobel response, in levels, of a line that can ring: a step of about 30."""
NEAR, INSIDE = 13, 5
"""Sides of the squares around an edge: ringing is looked for within the one and outside the other."""
ENOUGH = 200
"""Pixels that either side needs to say anything."""


def ringing(picture: Luma) -> float:
    """(H, W) to levels; 0 where there are no edges or nothing but edges."""
    slope = np.hypot(cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1))
    edge = (slope > EDGE).astype(np.uint8)
    on, near = (cv2.dilate(edge, np.ones((side, side), np.uint8)) > 0 for side in (INSIDE, NEAR))
    rest = np.abs(picture - cv2.medianBlur(picture, 5))
    beside, far = rest[near & ~on], rest[~near]
    if len(beside) < ENOUGH:
        return 0.0
    quiet = float(far.mean()) if len(far) >= ENOUGH else 0.0
    return max(0.0, float(beside.mean()) - quiet)
