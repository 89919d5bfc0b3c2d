"""Colour that is softer than its drawing and lies beside it, as tape and bad conversions leave it."""

from __future__ import annotations

from sakuga.degrade.analogue import SAMPLING, joined, low, split
from sakuga.degrade.clip import Clip, moved


def bleed(
    clip: Clip, *, band: float, right: float = 0.0, down: float = 0.0, sampling: float = SAMPLING
) -> Clip:
    """Colour of (N, H, W, 3) limited to `band` MHz along lines and displaced by pixels; luma stays."""
    y, u, v = split(clip)
    return joined(y, *(moved(low(plane, band, sampling), right, down) for plane in (u, v)))
