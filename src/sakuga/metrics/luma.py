"""Brightness in 8-bit levels, which every measure here looks at."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels

Luma = NDArray[np.float32]
"""Shape (H, W), 0..255 whatever the depth of the picture was."""

_BT709 = np.array((0.2126, 0.7152, 0.0722), np.float32)


def luma(pixels: Pixels) -> Luma:
    """(H, W, 3) RGB or (H, W, 1) grey, uint8 or uint16, to its luma."""
    levels = pixels.astype(np.float32) * np.float32(255 / np.iinfo(pixels.dtype).max)
    return levels[..., 0] if pixels.shape[2] == 1 else levels @ _BT709


def reduced(pixels: Pixels, rows: int, columns: int | None = None) -> Luma:
    """The luma of a picture brought to `rows` rows by averaging, or by a straight line between pixels.

    columns: of the result; None keeps the shape of the picture.
    """
    height, width = pixels.shape[:2]
    size = columns or max(1, round(width * rows / height)), rows
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if rows < height else cv2.INTER_LINEAR)
    return luma(cast("Pixels", small).reshape(rows, size[0], -1))
