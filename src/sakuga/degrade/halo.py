"""Halos: the over- and undershoot beside edges that sharpening a soft picture leaves, as on many a DVD."""

from __future__ import annotations

import numpy as np

from sakuga.degrade.analogue import SAMPLING, Plane, joined, low, split
from sakuga.degrade.clip import Clip


def halo(
    clip: Clip,
    *,
    band: float,
    width: float,
    strength: float,
    upright: bool = False,
    sampling: float = SAMPLING,
) -> Clip:
    """Luma of (N, H, W, 3) limited to `band` MHz, then what of it is faster than `width` MHz made stronger.

    A lower `width` gives a wider halo, 1/2 its period; strength: of the overshoot, 0.3 is seen well.
    upright: whether halos stand above and below edges, too. Colour stays as it is.
    """
    y, u, v = split(clip)

    def sharper(plane: Plane) -> Plane:
        return plane + (plane - low(plane, width, sampling)) * np.float32(strength)

    sharp = sharper(low(y, band, sampling))
    return joined(_turned(sharper(_turned(sharp))) if upright else sharp, u, v)


def _turned(plane: Plane) -> Plane:
    return np.ascontiguousarray(plane.transpose(0, 2, 1))
