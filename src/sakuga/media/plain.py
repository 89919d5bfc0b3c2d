"""Picture files as plain RGB of 8 bits, which is what data sets are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.errors import InputError
from sakuga.media.layout import Picture, eight_bits, layout_of
from sakuga.media.metadata import Metadata
from sakuga.media.picture import open_picture, write_picture

Rgb = NDArray[np.uint8]
"""Shape (H, W, 3), full range."""


def read_rgb(path: Path) -> Rgb:
    """The first frame of a picture: grey repeated, 16 bits rounded, transparency over white.

    Raises InputError where the file cannot be read.
    """
    with open_picture(path) as file:
        picture = next(iter(file), None)
    if picture is None:
        raise InputError(f"{path} holds no picture.")
    return np.ascontiguousarray(_opaque(picture))


def write_rgb(path: Path, pixels: Rgb) -> None:
    """Write (H, W, 3) in the format that the suffix names; the file appears when it is whole."""
    write_picture(path, layout_of(pixels), [pixels], Metadata())


def _opaque(picture: Picture) -> Rgb:
    pixels = eight_bits(picture.pixels)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, 2)
    if picture.alpha is None:
        return pixels.astype(np.uint8)
    alpha = eight_bits(picture.alpha).astype(np.float32) / 255
    return np.rint(pixels * alpha + 255 * (1 - alpha)).astype(np.uint8)
