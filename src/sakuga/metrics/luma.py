"""Brightness in 8-bit levels, which every measure here looks at."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels

Luma = NDArray[np.float32]
"""Shape (H, W), 0..255 whatever the depth of the picture was."""

SMALL = 360
"""Rows of pictures that are measured small."""
WIDEST = 8
_BT709 = np.array((0.2126, 0.7152, 0.0722), np.float32)


def luma(pixels: Pixels) -> Luma:
    """(H, W, 3) RGB or (H, W, 1) grey, uint8 or uint16, to its luma."""
    levels = pixels.astype(np.float32) * np.float32(255 / np.iinfo(pixels.dtype).max)
    return levels[..., 0] if pixels.shape[2] == 1 else levels @ _BT709


def small(pixels: Pixels) -> Luma:
    """The luma of a picture brought to SMALL rows, in its own shape: all sizes look alike, and cost alike.

    One that is more than WIDEST times as wide as high is squeezed to that.
    """
    size = shaped(pixels, SMALL)
    height = pixels.shape[0]
    way = cv2.INTER_AREA if height > SMALL else cv2.INTER_LINEAR
    return luma(cast("Pixels", cv2.resize(pixels, size, interpolation=way)).reshape(SMALL, size[0], -1))


def shaped(pixels: Pixels, rows: int) -> tuple[int, int]:
    """(columns, rows) of a picture brought to so many rows."""
    height, width = pixels.shape[:2]
    return min(max(1, round(width * rows / height)), WIDEST * rows), rows


def resized(picture: Luma, rows: int, columns: int | None = None) -> Luma:
    """A picture brought to so many rows by averaging; columns: None keeps its shape."""
    size = columns or max(1, round(picture.shape[1] * rows / picture.shape[0])), rows
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
