"""What a network changed in a photo, from fine to coarse, without leaking across the photo's edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.luma import luma
from sakuga.stylize.guided import guided

Band = NDArray[np.float32]
"""Shape (H, W, 3), whole numbers, in levels of the pictures."""

RADII = (2, 8, 32)
"""Pixels that the coarser side of each cut is smoothed over; brush strokes are finer, tones are coarser."""
SOFTNESS = 0.05


def split(photo: Pixels, styled: Pixels, radii: Sequence[int] = RADII) -> list[Band]:
    """Two pictures (H, W, 3) of one depth to the bands of `styled - photo`, fine ones first, cut at `radii`.

    All are whole numbers, which float32 adds without rounding: their sum is the difference to the bit.
    """
    rest = np.subtract(styled, photo, dtype=np.float32)
    guide = luma(photo) / np.float32(255)
    bands: list[Band] = []
    for radius in radii:
        coarse = np.rint(guided(rest, guide, radius, SOFTNESS))
        bands.append(rest - coarse)
        rest = coarse
    return [*bands, rest]


def merge(photo: Pixels, bands: Sequence[Band], shares: Sequence[float]) -> Pixels:
    """`photo` with a share of each band, rounded and clipped to its depth."""
    whole = photo.astype(np.float32)
    for band, share in zip(bands, shares, strict=True):
        whole += np.float32(share) * band
    return np.rint(whole).clip(0, np.iinfo(photo.dtype).max).astype(photo.dtype)
