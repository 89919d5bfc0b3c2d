"""Hollow lines: how much of a drawing's ink has a bright core.

What: a place is hollow where a bright streak, up to four pixels wide and longer than wide, lies inside a dark
line; the brightness of such streaks over the depth of all lines, with the streaks filled.
Range: 0..1, lower is better; 0 where there are no lines. Clean drawings are not quite at 0, as a gap
between two close lines looks the same: compare pictures of one content.
Source: AnimeSR (NeurIPS 2022), section 4.1, names hollow lines as what restoring a picture at too large a
size brings; the measure is ours, of grey-scale morphology.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.luma import Luma

CORE = 5
"""Side of the square that no core holds."""
LINE = 13
"""Side of the square that no line holds, its core filled."""
STREAK = 7
"""Length of the shortest core: specks of noise are shorter."""
FAINTEST = 24.0
"""Levels of depth that a line has: grain of a codec stays below."""
GLIMMER = 8.0
"""Levels of brightness that a core has."""


def hollow(picture: Luma) -> float:
    """(H, W) to 0..1."""
    filled = _shaped(cv2.MORPH_OPEN, picture, np.ones((CORE, CORE), np.uint8))
    depth = _shaped(cv2.MORPH_CLOSE, filled, np.ones((LINE, LINE), np.uint8)) - filled
    streaks = np.max([_shaped(cv2.MORPH_OPEN, picture, each) for each in _segments()], 0) - filled
    line = depth > FAINTEST
    core = np.minimum(streaks, depth)
    ink = float(depth[line].sum(dtype=np.float64))
    return float(core[line & (core > GLIMMER)].sum(dtype=np.float64)) / ink if ink else 0.0


def _shaped(way: int, picture: Luma, element: NDArray[np.uint8]) -> Luma:
    return np.asarray(cv2.morphologyEx(picture, way, element, borderType=cv2.BORDER_REPLICATE), np.float32)


@lru_cache(maxsize=1)
def _segments() -> tuple[NDArray[np.uint8], ...]:
    """Thin lines in eight directions."""
    half = STREAK // 2
    ends = ((0, half), (1, half), (half, half), (half, 1), (half, 0), (half, -1), (half, -half), (1, -half))
    return tuple(_segment(down, right) for down, right in ends)


def _segment(down: int, right: int) -> NDArray[np.uint8]:
    middle = STREAK // 2
    canvas = np.zeros((STREAK, STREAK), np.uint8)
    first, last = (middle - right, middle - down), (middle + right, middle + down)
    return np.asarray(cv2.line(canvas, first, last, (1,), 1), np.uint8)
