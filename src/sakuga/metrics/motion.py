"""Motion: how far things move from one frame to the next.

What: dense optical flow between frames brought to 180 rows: the mean length of all vectors, and the length
that one in a hundred exceeds, which is how far the fastest thing moves.
Range: pixels a frame at the size that is asked for. At 480 rows a held drawing has a mean of 0.01 (the
codec's noise), a face of which only the mouth moves 0.09, a slow pan 1.7, action 6 and more.
Source: Kroeger, Timofte, Dai and Van Gool, "Fast optical flow using dense inverse search", ECCV 2016, by
OpenCV; measured on drawings of ours at 400 and 1,500 kb/s. Brightness that changes, as in a fade, is taken
for motion.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.luma import Luma, resized

ROWS = 180
SMALLEST = 32
"""Columns at 180 rows below which nothing is looked for."""
FAST = 99.0
"""Per cent of the vectors that are no longer than the peak."""


class Motion(NamedTuple):
    """From one frame to the next, in pixels."""

    mean: float
    peak: float


class MotionMeter:
    """Feed frames in order; each call says how far things moved since the frame before."""

    def __init__(self, rows: int) -> None:
        """rows: of the picture in whose pixels motion is told, whatever the size of the frames."""
        self._unit = rows / ROWS
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: NDArray[np.uint8] | None = None

    def __call__(self, frame: Luma) -> Motion:
        """frame: as `luma.small` gives it, all of one size. The first frame moved nowhere."""
        now, before = np.rint(resized(frame, ROWS)).astype(np.uint8), self._before
        self._before = now
        if before is None or now.shape[1] < SMALLEST:
            return Motion(0.0, 0.0)
        across, down = cv2.split(self._flow.calc(before, now, np.zeros((*now.shape, 2), np.float32)))
        length = np.asarray(cv2.magnitude(across, down), np.float32) * np.float32(self._unit)
        return Motion(float(length.mean()), float(np.percentile(length, FAST)))
