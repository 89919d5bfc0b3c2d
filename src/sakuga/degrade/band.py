"""A channel that is too narrow: what tape and broadcast let through of luma and of colour.

Source: VHS records luma to about 3 MHz and colour to about 0.4 MHz; broadcast ends at 4.2 and 1.3 (0.5 for
the weaker difference), SMPTE 170M.
"""

from __future__ import annotations

from sakuga.degrade.analogue import SAMPLING, joined, low, split
from sakuga.degrade.clip import Clip


def band(clip: Clip, *, luma: float, chroma: float, sampling: float = SAMPLING) -> Clip:
    """Luma and colour of (N, H, W, 3) limited along lines to so many MHz."""
    y, u, v = split(clip)
    return joined(low(y, luma, sampling), *(low(plane, chroma, sampling) for plane in (u, v)))
