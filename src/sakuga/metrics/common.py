"""Two pictures of one content brought to one size, the smaller one's: a restored picture and its source."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from sakuga.media.frames import Pixels


def common(pixels: Pixels, reference: Pixels, rows: int | None = None) -> tuple[Pixels, Pixels]:
    """Both (H, W, C) with H and W the smaller of either, by averages over areas; rows: H at most."""
    height, width = np.minimum(pixels.shape[:2], reference.shape[:2]).tolist()
    if rows is not None and height > rows:
        height, width = rows, max(1, round(width * rows / height))
    return _reduced(pixels, height, width), _reduced(reference, height, width)


def _reduced(pixels: Pixels, height: int, width: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return cast("Pixels", small).reshape(height, width, -1)
