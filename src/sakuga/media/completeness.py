"""Whether all of a file is there, as far as its own structure tells, before a pixel is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from sakuga.media import gif_blocks

if TYPE_CHECKING:
    from mmap import mmap

    from sakuga.media.formats import FormatName

_CUT = "it is cut short"
_STANDALONE = (0x01, *range(0xD0, 0xD9))
_START_OF_SCAN, _END = 0xDA, b"\xff\xd9"


def check(name: FormatName, data: mmap | bytes) -> None:
    """ValueError, in words that end a sentence, where the end is missing.

    PNG and TIFF are checked as their contents are read.
    """
    checker = _CHECKERS.get(name)
    if checker:
        try:
            checker(data)
        except (struct.error, IndexError):
            raise ValueError(_CUT) from None


def _jpeg(data: mmap | bytes) -> None:
    """Walk over the markers to the first scan, behind which an end mark must stand."""
    at = 2
    while data[at + 1] != _START_OF_SCAN:
        if data[at] != 0xFF:
            raise ValueError("its markers are damaged")
        marker = data[at + 1]
        at += (
            1
            if marker == 0xFF
            else 2
            if marker in _STANDALONE
            else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        )
    if data.find(_END, at) < 0:
        raise ValueError(_CUT)


def _webp(data: mmap | bytes) -> None:
    if struct.unpack("<I", data[4:8])[0] + 8 > len(data):
        raise ValueError(_CUT)


def _avif(data: mmap | bytes) -> None:
    """Walk over the boxes at the top; the last one may say that it reaches to the end."""
    at = 0
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        if size == 1:
            (size,) = struct.unpack(">Q", data[at + 8 : at + 16])
        if size and (size < 8 or at + size > len(data)):
            raise ValueError(_CUT)
        at = at + size if size else len(data)


def _bmp(data: mmap | bytes) -> None:
    """Only uncompressed pixels have a size that is known beforehand."""
    start, head = struct.unpack("<II", data[10:18])
    if head < 40:
        width, height, _, bits = struct.unpack("<HHHH", data[18:26])
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack("<iiHHI", data[18:34])
    if compression in (0, 3) and start + (width * bits + 31) // 32 * 4 * abs(height) > len(data):
        raise ValueError(_CUT)


def _gif(data: mmap | bytes) -> None:
    gif_blocks.contents(data)


_CHECKERS = {"jpeg": _jpeg, "webp": _webp, "avif": _avif, "bmp": _bmp, "gif": _gif}
