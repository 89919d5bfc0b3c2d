"""Write animated WebP: still pictures made by Pillow, put into one file with their places and times."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from sakuga.media.animation import Clock, Patch, Timed, patches
from sakuga.media.metadata import exif_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sakuga.media.layout import PictureLayout
    from sakuga.media.metadata import Metadata

_ANIMATED, _XMP, _EXIF, _ALPHA, _ICC = 0x02, 0x04, 0x08, 0x10, 0x20
_REPLACE = 0x02
_PICTURE_CHUNKS = (b"ALPH", b"VP8 ", b"VP8L")


def options(quality: int | None) -> dict[str, Any]:
    """How Pillow is to encode: without any loss where `quality` is None, colour under alpha 0 kept too."""
    if quality is None:
        return {"lossless": True, "exact": True, "quality": 25, "method": 1}
    return {"quality": quality, "method": 4}


def write(
    file: BinaryIO,
    layout: PictureLayout,
    frames: Iterable[Timed],
    plays: int,
    metadata: Metadata,
    quality: int | None,
) -> None:
    """Write 8-bit frames of any channels; `plays` is 0 for ever. The file's size is filled in at the end."""
    file.write(b"RIFF\0\0\0\0WEBP")
    exif = exif_of(metadata, layout.width, layout.height, with_dpi=True)
    _chunk(file, b"VP8X", _header(layout, metadata, exif))
    if metadata.icc:
        _chunk(file, b"ICCP", metadata.icc)
    _chunk(file, b"ANIM", struct.pack("<IH", 0, min(plays, 65535)))
    clock = Clock(1.0)
    for piece in patches(frames, align=2):
        _chunk(file, b"ANMF", _place(piece, clock.ticks(piece.duration)) + _encoded(piece, quality))
    for name, body in ((b"EXIF", exif), (b"XMP ", metadata.xmp)):
        if body:
            _chunk(file, name, body)
    size = file.tell() - 8
    file.seek(4)
    file.write(struct.pack("<I", size))


def _header(layout: PictureLayout, metadata: Metadata, exif: bytes | None) -> bytes:
    held = ((_ALPHA, layout.has_alpha), (_ICC, metadata.icc), (_EXIF, exif), (_XMP, metadata.xmp))
    flags = sum((flag for flag, present in held if present), _ANIMATED)
    return struct.pack("<I", flags) + _three_bytes(layout.width - 1) + _three_bytes(layout.height - 1)


def _place(piece: Patch, milliseconds: int) -> bytes:
    height, width, _ = piece.pixels.shape
    numbers = (piece.x // 2, piece.y // 2, width - 1, height - 1, milliseconds)
    return b"".join(map(_three_bytes, numbers)) + bytes((_REPLACE,))


def _encoded(piece: Patch, quality: int | None) -> bytes:
    """The chunks of one still picture."""
    still = io.BytesIO()
    rgb(piece.pixels).save(still, "WEBP", **options(quality))
    return b"".join(body for name, body in _chunks(still.getvalue()) if name in _PICTURE_CHUNKS)


def rgb(pixels: np.ndarray[Any, np.dtype[Any]]) -> Image.Image:
    """An RGB or RGBA image of 8-bit pixels of any channels."""
    if pixels.shape[2] <= 2:
        pixels = pixels[:, :, [0, 0, 0, 1][: 2 + pixels.shape[2]]]
    return Image.fromarray(np.ascontiguousarray(pixels))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and the whole chunk, name, size and padding in it."""
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, data[at : at + 8 + size + size % 2]
        at += 8 + size + size % 2


def _three_bytes(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def _chunk(file: BinaryIO, name: bytes, body: bytes) -> None:
    file.write(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))
