"""Picture files as plain RGB of 8 bits, which is what data sets are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.errors import InputError
from sakuga.media.frames import Pixels
from sakuga.media.layout import Picture, eight_bits, layout_of
from sakuga.media.metadata import Metadata
from sakuga.media.picture import open_picture, write_picture

Rgb = NDArray[np.uint8]
"""Shape (H, W, 3), full range."""


def read_rgb(path: Path) -> Rgb:
    """The first frame of a picture: grey repeated, 16 bits rounded, transparency over white.

    Raises InputError where the file cannot be read.
    """
    return np.ascontiguousarray(_opaque(_first(path)))


def read_rgba(path: Path) -> NDArray[np.uint8]:
    """The same with its transparency: (H, W, 4), straight alpha, 255 where it has none."""
    picture = _first(path)
    pixels = _coloured(picture)
    opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    alpha = opaque if picture.alpha is None else eight_bits(picture.alpha).reshape(opaque.shape)
    return np.concatenate([pixels, alpha], 2).astype(np.uint8)


def write_rgb(path: Path, pixels: Rgb) -> None:
    """Write (H, W, 3) in the format that the suffix names; the file appears when it is whole."""
    write_picture(path, layout_of(pixels), [pixels], Metadata())


def _first(path: Path) -> Picture:
    with open_picture(path) as file:
        picture = next(iter(file), None)
    if picture is None:
        raise InputError(f"{path} holds no picture.")
    return picture


def _coloured(picture: Picture) -> Pixels:
    pixels = eight_bits(picture.pixels)
    return np.repeat(pixels, 3, 2) if pixels.shape[2] == 1 else pixels


def _opaque(picture: Picture) -> Rgb:
    pixels = _coloured(picture)
    if picture.alpha is None:
        return pixels.astype(np.uint8)
    alpha = eight_bits(picture.alpha).astype(np.float32) / 255
    return np.rint(pixels * alpha + 255 * (1 - alpha)).astype(np.uint8)
