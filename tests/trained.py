"""Pictures to make training pairs of."""

from __future__ import annotations

import os

import cv2
import numpy as np

from sakuga.train.tiles import cut


def drawing(seed, size=(96, 128)):
    """Discs with outlines on paper, (H, W, 3)."""
    chance = np.random.default_rng(seed)
    canvas = np.full((*size, 3), 220, np.uint8)
    for _ in range(12):
        centre = tuple(int(v) for v in chance.integers(0, size[::-1]))
        colour = tuple(int(v) for v in chance.integers(0, 256, 3))
        cv2.circle(canvas, centre, int(chance.integers(6, 30)), colour, -1, cv2.LINE_AA)
        cv2.circle(canvas, centre, int(chance.integers(6, 30)), (20, 20, 20), 2, cv2.LINE_AA)
    return canvas


def dying(entry, *rest):
    """Cut a picture; with one of them the process ends, as where memory runs out."""
    return os._exit(1) if entry.place.stem == "絵 0" else cut(entry, *rest)
