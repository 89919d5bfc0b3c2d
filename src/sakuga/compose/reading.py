"""Drawings as they are layered: with alpha, and at the size that a shot wants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sakuga.compose.panels import Box
from sakuga.errors import InputError
from sakuga.media.layout import eight_bits
from sakuga.media.picture import open_picture


def read_rgba(path: Path) -> NDArray[np.uint8]:
    """The first frame of a picture (H, W, 4), straight alpha, 255 where it has none.

    Raises InputError where it cannot be read.
    """
    with open_picture(path) as file:
        picture = next(iter(file), None)
    if picture is None:
        raise InputError(f"{path} holds no picture.")
    pixels = eight_bits(picture.pixels)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, 2)
    opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    alpha = opaque if picture.alpha is None else eight_bits(picture.alpha).reshape(opaque.shape)
    return np.concatenate([pixels, alpha], 2).astype(np.uint8)


def part(path: Path, box: Box, size: tuple[int, int], *, flip: bool) -> NDArray[np.float32]:
    """A part of a drawing at `size` (height, width): (h, w, 4), premultiplied, 0..1."""
    top, left, height, width = box
    picture = Image.fromarray(read_rgba(path)[top : top + height, left : left + width])
    if flip:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if (height, width) != size:
        picture = picture.resize((size[1], size[0]), Image.Resampling.LANCZOS)
    layer = np.asarray(picture).astype(np.float32) / np.float32(255)
    layer[..., :3] *= layer[..., 3:]
    return layer
