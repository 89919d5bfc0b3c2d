"""Write PNG and APNG with only a few rows in memory at a time."""

from __future__ import annotations

import dataclasses
import struct
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from sakuga.media import deflate
from sakuga.media.animation import Patch, Timed, patches
from sakuga.media.chunks import INCH, SIGNATURE, XMP_KEYWORD
from sakuga.media.layout import PictureLayout, blocks, layout_of, rows_of
from sakuga.media.metadata import exif_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sakuga.media.frames import Pixels
    from sakuga.media.metadata import Metadata

_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def write(
    file: BinaryIO,
    layout: PictureLayout,
    bands: Iterable[Pixels],
    metadata: Metadata,
    level: int = deflate.LEVEL,
) -> None:
    """Write a PNG of any layout; about `deflate.BLOCK` bytes per thread are in memory at once."""
    _write_head(file, layout, metadata)
    for data in _compressed(layout, bands, level):
        _chunk(file, b"IDAT", data)
    _chunk(file, b"IEND", b"")


def write_animation(
    file: BinaryIO,
    layout: PictureLayout,
    frames: Iterable[Timed],
    plays: int,
    metadata: Metadata,
    _quality: int | None = None,
) -> None:
    """Write an APNG of 8-bit frames; `plays` is 0 for ever. The number of frames is filled in at the end."""
    shape = dataclasses.replace(layout, dtype="uint8")
    _write_head(file, shape, metadata)
    control, count, sequence = file.tell(), 0, 0
    _chunk(file, b"acTL", struct.pack(">II", 0, plays))
    for count, patch in enumerate(patches(frames), 1):
        _chunk(file, b"fcTL", _frame_control(sequence, patch))
        sequence += 1
        for data in _compressed(layout_of(patch.pixels), [patch.pixels], deflate.LEVEL):
            if count == 1:
                _chunk(file, b"IDAT", data)
            else:
                _chunk(file, b"fdAT", struct.pack(">I", sequence) + data)
                sequence += 1
    _chunk(file, b"IEND", b"")
    file.seek(control)
    _chunk(file, b"acTL", struct.pack(">II", count, plays))


def _frame_control(sequence: int, patch: Patch) -> bytes:
    height, width, _ = patch.pixels.shape
    delay = _delay(patch.duration)
    return struct.pack(
        ">IIIIIHHBB", sequence, width, height, patch.x, patch.y, delay.numerator, delay.denominator, 0, 0
    )


def _delay(duration: float) -> Fraction:
    """Milliseconds as the nearest fraction of a second that two 16-bit numbers can hold."""
    seconds = Fraction(duration) / 1000
    delay = seconds.limit_denominator(65535)
    return delay if delay.numerator <= 65535 else seconds.limit_denominator(int(65535 / seconds))


def _compressed(layout: PictureLayout, bands: Iterable[Pixels], level: int) -> Iterator[bytes]:
    """The zlib stream of all filtered rows, in pieces."""
    checksum, bpp = 1, layout.row_bytes // layout.width
    yield b"\x78\x5e"
    jobs = ((rows, above, bpp, level, last) for rows, above, last in _with_row_above(layout, bands))
    for data, part, length in deflate.in_order(_compress, jobs):
        checksum = deflate.joined_checksum(checksum, part, length)
        yield data
    yield struct.pack(">I", checksum)


def _with_row_above(
    layout: PictureLayout, bands: Iterable[Pixels]
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8], bool]]:
    above, left = np.zeros(layout.row_bytes, np.uint8), layout.height
    for block in blocks(bands, layout, rows_of(layout, deflate.BLOCK)):
        rows = _bytes_of(block)
        left -= len(rows)
        yield rows, above, left == 0
        above = rows[-1]


def _bytes_of(block: Pixels) -> NDArray[np.uint8]:
    big_endian = np.ascontiguousarray(block, dtype=block.dtype.newbyteorder(">"))
    return big_endian.reshape(len(block), -1).view(np.uint8)


def _compress(job: tuple[NDArray[np.uint8], NDArray[np.uint8], int, int, bool]) -> tuple[bytes, int, int]:
    rows, above, bpp, level, last = job
    data = filtered(rows, above, bpp).tobytes()
    return deflate.fragment(data, level, last=last), zlib.adler32(data), len(data)


def filtered(rows: NDArray[np.uint8], above: NDArray[np.uint8], bpp: int) -> NDArray[np.uint8]:
    """Rows (N, bytes) filtered by Sub, Up or Paeth, each by the one of least sum, its kind in front.

    `above` is the row before the first one, `bpp` the bytes of one pixel.
    """
    up = np.vstack((above[None], rows[:-1]))
    left, corner = np.zeros_like(rows), np.zeros_like(rows)
    left[:, bpp:], corner[:, bpp:] = rows[:, :-bpp], up[:, :-bpp]
    differences = {1: rows - left, 2: rows - up, 4: rows - _paeth(left, up, corner)}
    costs = [np.minimum(d, np.negative(d)).sum(axis=1, dtype=np.int64) for d in differences.values()]
    best = np.argmin(costs, axis=0)
    result = np.empty((len(rows), rows.shape[1] + 1), np.uint8)
    for number, (kind, difference) in enumerate(differences.items()):
        chosen = best == number
        result[chosen, 0] = kind
        result[chosen, 1:] = difference[chosen]
    return result


def _paeth(left: NDArray[np.uint8], up: NDArray[np.uint8], corner: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of the three neighbours the one nearest to left + up - corner; in 8 bits throughout, for speed."""
    to_left = np.maximum(up, corner) - np.minimum(up, corner)
    to_up = np.maximum(left, corner) - np.minimum(left, corner)
    outside = (left >= corner) == (up >= corner)
    to_corner = np.maximum(to_left, to_up) - np.minimum(to_left, to_up)
    to_corner[outside] = 255
    takes_left = (to_left <= to_up) & (to_left <= to_corner)
    return np.where(takes_left, left, np.where(to_up <= to_corner, up, corner))


def _write_head(file: BinaryIO, layout: PictureLayout, metadata: Metadata) -> None:
    file.write(SIGNATURE)
    depth = 8 * np.dtype(layout.dtype).itemsize
    kind = _COLOUR_TYPES[layout.channels]
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", layout.width, layout.height, depth, kind, 0, 0, 0))
    for name, body in metadata.colour:
        if not (name == b"sRGB" and metadata.icc):
            _chunk(file, name, body)
    if metadata.icc:
        _chunk(file, b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.icc))
    if metadata.dpi:
        across, down = (round(value / INCH) for value in metadata.dpi)
        _chunk(file, b"pHYs", struct.pack(">IIB", across, down, 1))
    exif = exif_of(metadata, layout.width, layout.height, with_dpi=False)
    if exif:
        _chunk(file, b"eXIf", exif)
    if metadata.xmp:
        _chunk(file, b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp)
    for key, text in metadata.text:
        _chunk(file, *_text_chunk(key, text))


def _text_chunk(key: str, text: str) -> tuple[bytes, bytes]:
    keyword = key.encode("latin-1", "replace")[:79]
    try:
        return b"tEXt", keyword + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", keyword + b"\0\0\0\0\0" + text.encode()


def _chunk(file: BinaryIO, name: bytes, body: bytes) -> None:
    file.write(struct.pack(">I", len(body)) + name)
    file.write(body)
    file.write(struct.pack(">I", zlib.crc32(body, zlib.crc32(name))))
