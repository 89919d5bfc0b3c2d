"""Flips and transposition of patches, the same for all that must fit, and their way into planes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Turn = tuple[bool, bool, bool]
"""Flipped across, flipped down, transposed."""


def drawn(share: float, chance: np.random.Generator) -> Turn:
    """share: how often anything happens at all; each of the three then has 1/2."""
    turned = chance.random() < share
    across, down, over = (bool(chance.random() < 0.5) and turned for _ in range(3))
    return across, down, over


def turned(patch: NDArray[np.float32], turn: Turn) -> NDArray[np.float32]:
    """Of (..., h, w, 3), a view."""
    across, down, over = turn
    patch = patch[..., ::-1, :] if across else patch
    patch = patch[..., ::-1, :, :] if down else patch
    return patch.swapaxes(-3, -2) if over else patch


def planes(patch: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., h, w, 3) to (..., 3, h, w), contiguous."""
    return np.ascontiguousarray(np.moveaxis(patch, -1, -3))
