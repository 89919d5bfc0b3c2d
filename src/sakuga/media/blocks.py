"""Means over blocks of 8x8 pixels, the size at which codecs decide what of a picture to keep."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK = 8
"""Pixels of a block's side."""


def block_means(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) to (ceil(H / 8), ceil(W / 8)); blocks at the right and bottom edges count what they have."""
    down, right = (-side % BLOCK for side in plane.shape)
    whole = cv2.copyMakeBorder(plane, 0, down, 0, right, cv2.BORDER_CONSTANT, value=0.0)
    size = whole.shape[1] // BLOCK, whole.shape[0] // BLOCK
    means = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.float32)
    means[-1] *= BLOCK / (BLOCK - down)
    means[:, -1] *= BLOCK / (BLOCK - right)
    return means
