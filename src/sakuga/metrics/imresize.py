"""Resizing as MATLAB's imresize does it: bicubic, with antialiasing where the picture gets smaller."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
_SUPPORT = 4.0
"""Pixels that the cubic kernel reaches over, at its own size."""


def imresize(plane: Plane, scale: float) -> Plane:
    """(H, W) to (ceil(H * scale), ceil(W * scale)); the border is mirrored."""
    rows, columns = (_matrix(length, scale) for length in plane.shape)
    return rows @ plane @ columns.T


@lru_cache(maxsize=16)
def _matrix(length: int, scale: float) -> Plane:
    """(new length, length), each row the weights of one result."""
    size, narrow = int(np.ceil(length * scale)), min(scale, 1.0)
    reach = int(np.ceil(_SUPPORT / narrow)) + 2
    centre = (np.arange(size) + 0.5) / scale - 0.5
    first = np.floor(centre - _SUPPORT / narrow / 2).astype(int)
    places = first[:, None] + np.arange(reach)
    weights = narrow * _cubic(np.asarray(narrow * (centre[:, None] - places), np.float64))
    weights /= weights.sum(1, keepdims=True)
    mirrored = np.concatenate([np.arange(length), np.arange(length)[::-1]])[places % (2 * length)]
    matrix = np.zeros((size, length))
    np.add.at(matrix, (np.arange(size)[:, None], mirrored), weights)
    return matrix


def _cubic(x: Plane) -> Plane:
    """Keys' kernel with a = -1/2."""
    x = np.abs(x)
    inner = 1.5 * x**3 - 2.5 * x**2 + 1
    outer = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, inner, np.where(x <= 2, outer, 0.0))
