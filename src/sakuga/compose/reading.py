"""Drawings as they are layered: with alpha, and at the size that a shot wants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sakuga.compose.panels import Box
from sakuga.media.plain import read_rgba


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
