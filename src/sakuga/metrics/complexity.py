"""Complexity: how much is drawn in a picture, and how differently from place to place.

What: the entropy of what a small cell holds, nothing or lines in one of eight directions, mean of all cells
of the picture at three sizes. A flat cell has none, one straight line a little, a crowd of lines much.
Range: 0 nothing, up to 1; flat cartoons 0.2..0.4, painted scenes 0.4..0.6, crowded pages above 0.7.
Source: ours, for what IC9600 (Feng et al., 2023) lets people judge: many things, lines and textures at
several sizes. It needs no weights. Strength counts up to a limit, so that a faint line is a line; steps below
FLOOR, the codec's and the grain's, do not. On drawings coded by H.264 at crf 28 instead of 23, brought to
360 rows or 1080, or with grain of 6 levels, the order hardly changes: benchmarks/measures.py.
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.metrics.luma import Luma

SIZES = 3
"""Times that it is looked at, each at half the size of the one before."""
CELL = 16
"""Pixels of a cell's side."""
DIRECTIONS = 8
FLOOR, LIMIT = 4.0, 12.0
"""Levels a pixel: slopes below count nothing, and above no more."""
REST = 1.5
"""Levels that stand for nothing in every cell."""


def complexity(picture: Luma) -> float:
    """A picture as `luma.small` gives it to 0..1."""
    found: list[float] = []
    for _ in range(SIZES):
        found.append(_entropy(picture))
        picture = np.asarray(cv2.pyrDown(picture), np.float32)
    return float(np.mean(found))


def _entropy(picture: Luma) -> float:
    """The mean of all whole cells; 0 where there is none."""
    high, wide = picture.shape[0] // CELL, picture.shape[1] // CELL
    if not high or not wide:
        return 0.0
    whole = picture[: high * CELL, : wide * CELL]
    across, down = (cv2.Sobel(whole, cv2.CV_32F, dx, dy, scale=1 / 8) for dx, dy in ((1, 0), (0, 1)))
    strength = np.clip(cv2.magnitude(across, down) - FLOOR, 0, LIMIT - FLOOR)
    direction = (cv2.phase(across, down) * np.float32(DIRECTIONS / np.pi)).astype(np.uint8) % DIRECTIONS
    parts = np.full((DIRECTIONS + 1, high, wide), REST, np.float32)
    for number in range(DIRECTIONS):
        cv2.resize(
            strength * (direction == number), (wide, high), parts[number], interpolation=cv2.INTER_AREA
        )
    shares = parts / parts.sum(0)
    return float(-(shares * np.log(np.maximum(shares, 1e-9))).sum(0).mean() / np.log(DIRECTIONS + 1))
