"""Transparency: colour bled under it before the network, and a path of its own for the alpha channel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.engine.grey import to_grey, to_rgb
from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

_Index = NDArray[np.intp]
_BAND = 512
"""Rows per band where nothing else decides."""


def bleed(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Fill the fully transparent parts of `pixels` (H, W, 3) from the colours around them.

    What stands under alpha 0 is arbitrary, often black, and a network would smear it into the visible edge.
    Push-pull: average the known colours down a pyramid, then fill each level's holes from the coarser one.
    """
    return _fill(pixels, alpha[:, :, 0] > 0)


def _fill(pixels: Pixels, known: NDArray[np.bool_]) -> Pixels:
    if known.all() or not known.any():
        return pixels
    height, width = known.shape
    coarse = _fill(*_halved(pixels, known))
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return cast("Pixels", np.where(known[:, :, None], pixels, smooth))


def _halved(pixels: Pixels, known: NDArray[np.bool_]) -> tuple[Pixels, NDArray[np.bool_]]:
    """Mean of the known pixels in each block of 2x2, and whether there are any."""
    height, width = (known.shape[0] + 1) // 2, (known.shape[1] + 1) // 2
    total = np.zeros((height, width, 3), np.uint32)
    count = np.zeros((height, width, 1), np.uint32)
    for row, column in np.ndindex(2, 2):
        part = known[row::2, column::2, None]
        here = np.s_[: part.shape[0], : part.shape[1]]
        total[here] += pixels[row::2, column::2] * part
        count[here] += part
    mean = (total + count // 2) // np.maximum(count, 1)
    return mean.astype(pixels.dtype), count[:, :, 0] > 0


def enlarge(engine: FrameEngine, alpha: Pixels) -> Iterator[Pixels]:
    """Bands (rows, W', 1) of `alpha` (H, W, 1) through the network, each value kept within its surroundings.

    Where the 3x3 source pixels around are all 0, or all opaque, so is the result, to the bit; elsewhere a
    network cannot ring. An alpha channel of one value costs nothing.
    """
    width, height = engine.size(alpha.shape[1], alpha.shape[0])
    if alpha.min() == alpha.max():
        return _constant(alpha, width, height)
    return _bounded(engine, alpha, _nearest(alpha.shape[1], width), _nearest(alpha.shape[0], height))


def kept(engine: FrameEngine, alpha: Pixels) -> Iterator[Pixels]:
    """`alpha` (H, W, 1) as it is, for networks that make another picture of the same size."""
    assert engine.size(alpha.shape[1], alpha.shape[0]) == (alpha.shape[1], alpha.shape[0])
    yield alpha


def _constant(alpha: Pixels, width: int, height: int) -> Iterator[Pixels]:
    for top in range(0, height, _BAND):
        yield cast("Pixels", np.full((min(_BAND, height - top), width, 1), alpha.flat[0]))


def _bounded(engine: FrameEngine, alpha: Pixels, columns: _Index, rows: _Index) -> Iterator[Pixels]:
    side = 2 * math.ceil(max(1.0, 1 / engine.scale)) + 1
    around = np.ones((side, side), np.uint8)
    low, high = cv2.erode(alpha[:, :, 0], around), cv2.dilate(alpha[:, :, 0], around)
    top = 0
    for band in engine.picture(to_rgb(alpha)):
        here = rows[top : top + len(band)]
        least, most = low[here].take(columns, axis=1), high[here].take(columns, axis=1)
        yield np.clip(to_grey(band)[:, :, 0], least, most)[:, :, None]
        top += len(band)


def _nearest(size: int, new: int) -> _Index:
    """For each of `new` pixels along an axis the one of `size` pixels that it lies in."""
    return ((np.arange(new) + 0.5) * (size / new)).astype(np.intp).clip(max=size - 1)
