"""What the chunks of a PNG file say, and whether all of them are there."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
COLOUR_CHUNKS = (b"cICP", b"cHRM", b"gAMA", b"sRGB")
INCH = 0.0254
"""In metres, PNG's unit."""
_PIECE = 1 << 20
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Left, top, step across and step down of each pass of an interlaced picture."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@dataclass(slots=True)
class Contents:
    """What the chunks of a PNG file say; the pixels are not decoded."""

    width: int = 0
    height: int = 0
    depth: int = 8
    colour_type: int = 0
    animated: bool = False
    transparency: bytes = b""
    exif: bytes | None = None
    xmp: bytes | None = None
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    colour: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    data_bytes: int = 0
    interlaced: bool = False

    def amount(self, width: int, height: int) -> int:
        """Bytes of so many unpacked pixels, the filter in front of each row among them."""
        row = (width * _CHANNELS.get(self.colour_type, 1) * self.depth + 7) // 8
        return (row + 1) * height if row else 0

    def rows_amount(self) -> int:
        """Bytes of all unpacked rows; an interlaced picture is stored as seven smaller ones."""
        if not self.interlaced:
            return self.amount(self.width, self.height)
        return sum(
            self.amount(-((left - self.width) // across), -((top - self.height) // down))
            for left, top, across, down in _ADAM7
        )


def contents(data: mmap | bytes) -> Contents:
    """Read and check every chunk; ValueError, in words that end a sentence, where the file is not whole."""
    found = Contents()
    for name, start, end in _chunks(data):
        if name in (b"IDAT", b"fdAT"):
            found.data_bytes += end - start
        elif name in _READERS:
            _READERS[name](found, data[start:end])
        elif name in COLOUR_CHUNKS:
            found.colour.append((name, data[start:end]))
    _check_amount(found)
    return found


def _chunks(data: mmap | bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the body of each chunk up to the last, its checksum checked."""
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        if at + 12 > len(data):
            raise ValueError("it is cut short")
        length, name = struct.unpack(">I4s", data[at : at + 8])
        start, end = at + 8, at + 8 + length
        if end + 4 > len(data):
            raise ValueError("it is cut short")
        if struct.unpack(">I", data[end : end + 4])[0] != _checksum(data, at + 4, end):
            raise ValueError(f"its {name.decode()} chunk is damaged" if name.isalpha() else "it is damaged")
        yield name, start, end
        at = end + 4


def _checksum(data: mmap | bytes, start: int, end: int) -> int:
    checksum = 0
    for at in range(start, end, _PIECE):
        checksum = zlib.crc32(data[at : min(at + _PIECE, end)], checksum)
    return checksum


def _check_amount(found: Contents) -> None:
    """Deflate shrinks at most 1032-fold: a header that promises more is wrong, whatever memory allows."""
    if not found.data_bytes or found.amount(found.width, found.height) > found.data_bytes * 1032 + 4096:
        raise ValueError("it is cut short")


def check_rows(data: mmap | bytes) -> None:
    """Unpack the pixels of a still without keeping them; ValueError where they end before the last row."""
    unpacker, left = zlib.decompressobj(), contents(data).rows_amount()
    for packed in _pixel_pieces(data):
        while packed:
            left -= len(unpacker.decompress(packed, _PIECE))
            packed = unpacker.unconsumed_tail
    if left > len(unpacker.flush()):
        raise ValueError("it is cut short")


def _pixel_pieces(data: mmap | bytes) -> Iterator[bytes]:
    for name, start, end in _chunks(data):
        for at in range(start, end, _PIECE) if name == b"IDAT" else ():
            yield data[at : min(at + _PIECE, end)]


def _read_header(found: Contents, body: bytes) -> None:
    if len(body) != 13:
        raise ValueError("its header is damaged")
    found.width, found.height, found.depth, found.colour_type = struct.unpack(">IIBB3x", body)
    found.interlaced = body[12] == 1


def _read_profile(found: Contents, body: bytes) -> None:
    found.icc = _inflated(body.partition(b"\0")[2][1:])


def _read_resolution(found: Contents, body: bytes) -> None:
    if len(body) == 9 and body[8] == 1:
        across, down = struct.unpack(">II", body[:8])
        found.dpi = (across * INCH, down * INCH)


def _read_exif(found: Contents, body: bytes) -> None:
    found.exif = body


def _read_transparency(found: Contents, body: bytes) -> None:
    found.transparency = body


def _read_animation(found: Contents, _: bytes) -> None:
    found.animated = True


def _read_text(found: Contents, body: bytes) -> None:
    key, _, value = body.partition(b"\0")
    found.text.append((key.decode("latin-1"), value.decode("latin-1")))


def _read_packed_text(found: Contents, body: bytes) -> None:
    key, _, value = body.partition(b"\0")
    text = _inflated(value[1:])
    if text is not None:
        found.text.append((key.decode("latin-1"), text.decode("latin-1")))


def _read_world_text(found: Contents, body: bytes) -> None:
    key, _, rest = body.partition(b"\0")
    value = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    text = _inflated(value) if rest[:1] == b"\1" else value
    if key == XMP_KEYWORD:
        found.xmp = text
    elif text is not None:
        found.text.append((key.decode("latin-1"), text.decode("utf-8", "replace")))


def _inflated(data: bytes) -> bytes | None:
    """None where it is damaged or grows without measure: such an extra is left out, the picture is good."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, 64 << 20)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else text


_READERS = {
    b"IHDR": _read_header,
    b"iCCP": _read_profile,
    b"pHYs": _read_resolution,
    b"eXIf": _read_exif,
    b"tRNS": _read_transparency,
    b"acTL": _read_animation,
    b"tEXt": _read_text,
    b"zTXt": _read_packed_text,
    b"iTXt": _read_world_text,
}
