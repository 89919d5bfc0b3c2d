"""Three squares of a frame, as Scenimefy's data set has them: both ends and the middle, as high as the frame.

Source: the extractor of Scenimefy (ICCV 2023) cuts left, centre and right. A frame that is higher than wide
gives top, middle and bottom here, and one that is a square itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

import cv2
import numpy as np

from sakuga.media.bars import Bars
from sakuga.media.frames import Pixels

Box = tuple[int, int, int, int]
"""left, top, width, height in pixels of the stored frame."""


def squares(width: int, height: int, bars: Bars, sar: Fraction) -> Mapping[str, Box]:
    """Name -> box of each square of a frame inside its bars; sar: width of a stored pixel over its height.

    With oblong pixels a box is no square as it is stored, and is one as players show it.
    """
    wide, high = bars.inside(width, height)
    shown = wide * sar
    if round(shown) == high:
        return {"middle": (bars.left, bars.top, wide, high)}
    if shown > high:
        side = max(1, min(wide, round(high / sar)))
        firsts = _ends("left", "right", wide - side)
        return {name: (bars.left + first, bars.top, side, high) for name, first in firsts.items()}
    side = max(1, min(high, round(shown)))
    firsts = _ends("top", "bottom", high - side)
    return {name: (bars.left, bars.top + first, wide, side) for name, first in firsts.items()}


def _ends(first: str, last: str, room: int) -> Mapping[str, int]:
    return {first: 0, "middle": room // 2, last: room}


def cut(pixels: Pixels, box: Box, side: int | None) -> Pixels:
    """The square of (H, W, 3) in `box`, brought down to `side` rows where it has more; None: as it is."""
    left, top, width, height = box
    # Rows are what both agree on: pixels are made square by their columns alone.
    size = min(side or height, height)
    part = np.ascontiguousarray(pixels[top : top + height, left : left + width])
    if part.shape[:2] == (size, size):
        return part
    way = cv2.INTER_AREA if size <= min(width, height) else cv2.INTER_CUBIC
    return cast("Pixels", cv2.resize(part, (size, size), interpolation=way))
