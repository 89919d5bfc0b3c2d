"""One good resample, from the network's scale to the one that was asked for, band by band."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sakuga.media.frames import Pixels

FILTER = Image.Resampling.LANCZOS
REACH = 3
"""Lanczos sees this many source pixels on each side, times the ratio when it shrinks."""


def resample(pixels: Pixels, height: int, width: int) -> Pixels:
    """(h, w, C) to (height, width, C), antialiased Lanczos, same depth."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return _resize(pixels, height, width, (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0])))


def resample_bands(
    bands: Iterable[Pixels], source: tuple[int, int], target: tuple[int, int]
) -> Iterator[Pixels]:
    """The same for a picture that never stands whole in memory.

    bands: (rows, w, C) from top to bottom, together `source` = (h, w). Yields bands of `target` likewise.
    """
    if source == target:
        yield from bands
        return
    ratio = source[0] / target[0]
    margin = ceil(REACH * max(ratio, 1.0)) + 1
    buffer: Pixels | None = None
    top = done = 0
    for band in bands:
        buffer = band if buffer is None else np.concatenate([buffer, band])
        bottom = top + len(buffer)
        ready = target[0] if bottom >= source[0] else max(done, floor((bottom - margin) / ratio))
        if ready == done:
            continue
        box = (0.0, done * ratio - top, float(source[1]), min(ready * ratio, source[0]) - top)
        yield _resize(buffer, ready - done, target[1], box)
        done = ready
        keep = max(0, floor(done * ratio) - margin - top)
        buffer, top = buffer[keep:], top + keep


def _resize(pixels: Pixels, height: int, width: int, box: tuple[float, float, float, float]) -> Pixels:
    planes = [_resize_plane(pixels[..., c], height, width, box) for c in range(pixels.shape[2])]
    white = np.iinfo(pixels.dtype).max
    return np.rint(np.clip(np.stack(planes, -1), 0, white)).astype(pixels.dtype)


def _resize_plane(
    plane: Pixels, height: int, width: int, box: tuple[float, float, float, float]
) -> NDArray[np.float32]:
    """In float: Pillow clips 8-bit pixels between its two passes, and bands would differ from the whole."""
    image = Image.fromarray(plane.astype(np.float32))
    return np.asarray(image.resize((width, height), FILTER, box), np.float32)
