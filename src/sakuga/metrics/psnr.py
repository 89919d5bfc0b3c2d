"""PSNR: how small the mean squared difference from the reference is, against the largest possible one.

What: 10 log10(255^2 / mean squared difference), over all pixels and channels, in decibels.
Range: 0 and up, higher is better; infinite for equal pictures, NaN where the border leaves nothing.
Source: the usual definition; values are those of basicsr 1.3.4.9. On Y it looks at BT.601's luma from 16 to
235, not rounded, as most super-resolution papers do.
"""

from __future__ import annotations

import numpy as np

from sakuga.media.frames import Pixels
from sakuga.metrics.levels import Channels, levels


def psnr(pixels: Pixels, reference: Pixels, border: int = 0, channels: Channels = "rgb") -> float:
    """Two pictures (H, W, C) of one size to decibels; border: pixels that are cut off on each side."""
    difference = levels(pixels, border, channels) - levels(reference, border, channels)
    if not difference.size:
        return float("nan")
    error = float(np.mean(difference**2))
    return float(10 * np.log10(255**2 / error)) if error else float("inf")
