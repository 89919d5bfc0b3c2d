"""Grey pictures through a network for colour."""

from __future__ import annotations

import numpy as np

from sakuga.media.frames import Pixels

_LUMA = (54, 183, 19)
"""BT.709 luma in 1/256; the sum is exactly 256, so that equal channels come back as they were."""


def to_rgb(pixels: Pixels) -> Pixels:
    """(H, W, 1) -> (H, W, 3), each channel the same; (H, W, 3) as it is."""
    return pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)


def to_grey(pixels: Pixels) -> Pixels:
    """(H, W, 3) -> (H, W, 1): luma, rounded."""
    wide = np.uint16 if pixels.dtype == np.uint8 else np.uint32
    luma = pixels[:, :, 0] * wide(_LUMA[0])
    for channel in (1, 2):
        luma += pixels[:, :, channel] * wide(_LUMA[channel])
    luma += wide(128)
    luma >>= wide(8)
    return luma.astype(pixels.dtype)[:, :, None]
