"""Back to the size that was drawn: 720 rows, as APISR brings its pictures to.

Source: APISR's section 3.1 and its published 720P_resize.py: bicubic without averaging, and the width cut,
not rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import cv2

from sakuga.curate.settings import Rescale
from sakuga.media.frames import Pixels

ROWS = 720


def to_720(pixels: Pixels) -> Pixels:
    """(H, W, 3) to (720, int(W * 720 / H), 3) where H is more, else as it is."""
    height, width = pixels.shape[:2]
    if height <= ROWS:
        return pixels
    size = max(1, int(width * (ROWS / height))), ROWS
    return cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC))


def unchanged(pixels: Pixels) -> Pixels:
    """The same picture."""
    return pixels


RESCALES: Mapping[Rescale, Callable[[Pixels], Pixels]] = {"none": unchanged, "720": to_720}
