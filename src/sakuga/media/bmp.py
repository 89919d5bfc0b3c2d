"""Write BMP row by row: grey through a palette, RGB, and RGB with alpha by way of the version 4 header."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from sakuga.media.layout import PictureLayout, checked, eight_bits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sakuga.media.frames import Pixels
    from sakuga.media.metadata import Metadata

_FILE_HEADER, _INFO_HEADER, _V4_HEADER = 14, 40, 108
_ORDERS = {1: [0], 2: [0, 0, 0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
"""For each number of channels, which of them each stored byte is."""
_METRES = 1 / 0.0254
_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
_SRGB = 0x73524742


def file_size(layout: PictureLayout) -> int:
    """Bytes of the file; BMP counts them with 32 bits."""
    head, palette = _heads(layout)
    return _FILE_HEADER + head + palette + _stride(layout) * layout.height


def write(file: BinaryIO, layout: PictureLayout, bands: Iterable[Pixels], metadata: Metadata) -> None:
    """Write rows of any layout, rounded to 8 bits, top row first (BMP says so by a negative height)."""
    _write_head(file, layout, metadata)
    order = _ORDERS[layout.channels]
    padding = _stride(layout) - layout.width * len(order)
    for band in checked(bands, layout):
        rows = eight_bits(band)[:, :, order].reshape(len(band), -1)
        file.write(np.pad(rows, ((0, 0), (0, padding))).tobytes())


def _heads(layout: PictureLayout) -> tuple[int, int]:
    return _V4_HEADER if layout.has_alpha else _INFO_HEADER, 1024 if layout.channels == 1 else 0


def _stride(layout: PictureLayout) -> int:
    return -(-layout.width * len(_ORDERS[layout.channels]) // 4) * 4


def _write_head(file: BinaryIO, layout: PictureLayout, metadata: Metadata) -> None:
    head, palette = _heads(layout)
    start, size = _FILE_HEADER + head + palette, file_size(layout)
    across, down = (round(value * _METRES) for value in metadata.dpi or (0, 0))
    bits = 8 * len(_ORDERS[layout.channels])
    compression = 3 if layout.has_alpha else 0
    file.write(struct.pack("<2sIHHI", b"BM", size, 0, 0, start))
    file.write(struct.pack("<IiiHHI", head, layout.width, -layout.height, 1, bits, compression))
    file.write(struct.pack("<IiiII", size - start, across, down, 256 if palette else 0, 0))
    if layout.has_alpha:
        file.write(struct.pack("<5I", *_MASKS, _SRGB) + bytes(48))
    if palette:
        file.write(np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(256, 4).tobytes())
