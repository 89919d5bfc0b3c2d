"""Read the pages of a TIFF: what they hold, whether all of it is there, and the pixels of plain ones."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sakuga.media import ifd

if TYPE_CHECKING:
    from mmap import mmap

    from sakuga.media.frames import Pixels
    from sakuga.media.layout import Depth

_UNPACKED, _PLANAR, _INVERTED, _RGB = 1, 2, 0, 2
_DEFLATE = (8, 32946)
_PACKINGS = frozenset((1, 5, 8, 32773, 32946, 34925, 50000))
"""None, LZW, deflate, PackBits, old deflate, LZMA, zstd."""
_ASSOCIATED, _UNASSOCIATED, _UNKNOWN = 1, 2, 0
_KINDS = {2: "signed integers", 3: "floating-point numbers"}


@dataclass(frozen=True)
class TiffPage:
    """One page as its directory describes it."""

    tags: ifd.Directory
    source: ifd.Structure

    def number(self, tag: int, default: int = 0) -> int:
        """The first value of an integer tag."""
        return next(iter(self.numbers(tag)), default)

    def numbers(self, tag: int) -> tuple[int, ...]:
        """All values of an integer tag."""
        return self.tags[tag].integers() if tag in self.tags else ()

    def bytes_of(self, tag: int) -> bytes | None:
        """The bytes of a tag."""
        return self.tags[tag].value if tag in self.tags else None

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.number(256), self.number(257)

    @cached_property
    def orientation(self) -> int:
        """How it must be turned to stand upright: 1 to 8."""
        value = self.number(ifd.ORIENTATION, 1)
        return value if 1 <= value <= 8 else 1

    @cached_property
    def samples(self) -> int:
        """Values per pixel."""
        return self.number(277, 1)

    @cached_property
    def depth(self) -> Depth:
        """Of the pixels of a plain page."""
        return "uint16" if self.number(258) == 16 else "uint8"

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is grey or RGB of 8 or 16 bits without loss; Pillow would cut 16 bits down to 8."""
        depths, packing = set(self.numbers(258)), self.number(259, 1)
        usual = self.number(317, 1) <= 2 and self.number(266, 1) == 1 and packing in _PACKINGS
        return depths in ({8}, {16}) and self.number(262, -1) in (_INVERTED, 1, _RGB) and usual

    @cached_property
    def channels(self) -> int:
        """Of a plain page: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha."""
        colours = 3 if self.number(262) == _RGB else 1
        extra = self.numbers(338)
        return colours + (self.samples > colours and (not extra or extra[0] != _UNKNOWN))

    @cached_property
    def _places(self) -> tuple[int, int, int, int]:
        """Tags of the offsets and sizes of the pieces, and width and height of a piece: tiles or strips."""
        if 324 in self.tags:
            return 324, 325, self.number(322), self.number(323)
        return 273, 279, self.size[0], min(self.number(278, 2**32 - 1), self.size[1])

    def check(self) -> None:
        """ValueError, ending a sentence, where pixels are missing or of a kind that is not read."""
        if not all(self.size) or not self._places[2] or not self._places[3]:
            raise ValueError("it has a page without a size")
        kind = next((_KINDS[k] for k in self.numbers(339) if k in _KINDS), None)
        if kind or max(self.numbers(258), default=1) > 16:
            raise ValueError(
                f"its pixels are {kind or 'deeper than 16 bits'}; save it with 8 or 16 bits first"
            )
        self._check_pieces()

    def _check_pieces(self) -> None:
        offsets, sizes = self._offsets_and_sizes
        if len(offsets) < self._pieces or (sizes and len(sizes) < self._pieces):
            raise ValueError("it lacks pixels of a page")
        ends = (offset + size for offset, size in zip(offsets, sizes, strict=False))
        if max(ends, default=0) > len(self.source.data):
            raise ValueError("it is cut short")

    @cached_property
    def _offsets_and_sizes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return self.numbers(self._places[0]), self.numbers(self._places[1])

    @cached_property
    def _grid(self) -> tuple[int, int]:
        """Pieces across and down, in one plane."""
        _, _, width, height = self._places
        return -(-self.size[0] // width), -(-self.size[1] // height)

    @cached_property
    def _is_planar(self) -> bool:
        return self.number(284, 1) == _PLANAR and self.samples > 1

    @property
    def _pieces(self) -> int:
        return self._grid[0] * self._grid[1] * (self.samples if self._is_planar else 1)

    def pixels(self) -> Pixels:
        """The pixels (H, W, channels) of a plain page as stored; alpha comes last, not multiplied in."""
        width, height = self.size
        pixels = np.empty((height, width, self.channels), self.depth)
        for number in range(self._pieces):
            plane, place = divmod(number, self._grid[0] * self._grid[1])
            self._put(pixels, number, plane, *divmod(place, self._grid[0]))
        if self.number(262) == _INVERTED:
            np.invert(pixels[:, :, 0], out=pixels[:, :, 0])
        if self.channels in (2, 4) and self.number(338, _UNASSOCIATED) == _ASSOCIATED:
            _divide_by_alpha(pixels)
        return pixels

    def _put(self, pixels: Pixels, number: int, plane: int, row: int, column: int) -> None:
        _, _, width, height = self._places
        if plane >= self.channels:
            return
        top, left = row * height, column * width
        room = pixels[top : top + height, left : left + width]
        tiled = 324 in self.tags
        piece = self._piece(number, height if tiled else len(room), width)[: len(room), : room.shape[1]]
        if self._is_planar:
            room[:, :, plane] = piece[:, :, 0]
        else:
            room[:] = piece[:, :, : self.channels]

    def _piece(self, number: int, height: int, width: int) -> Pixels:
        """One strip or tile (height, width, samples), decompressed and its differences added up."""
        offsets, sizes = self._offsets_and_sizes
        depth = 1 if self._is_planar else self.samples
        dtype = np.dtype(self.depth).newbyteorder(self.source.order)
        wanted = height * width * depth * dtype.itemsize
        end = offsets[number] + (sizes[number] if sizes else wanted)
        packed = self.source.data[offsets[number] : end]
        data = self._unpacked(packed, wanted, height)
        piece = np.frombuffer(data, dtype, wanted // dtype.itemsize).reshape(height, width, depth)
        if self.number(317, 1) == 2:
            return np.add.accumulate(piece, axis=1, dtype=self.depth)
        return piece.astype(self.depth)

    def _unpacked(self, packed: bytes, wanted: int, height: int) -> bytes:
        """Decompress; the rarer packings by having Pillow read the piece as a one-strip TIFF of bytes."""
        compression = self.number(259, 1)
        if compression in _DEFLATE:
            packed = zlib.decompressobj().decompress(packed, wanted)
        if compression in (_UNPACKED, *_DEFLATE):
            if len(packed) < wanted:
                raise ValueError("it lacks pixels of a page")
            return packed
        with Image.open(
            io.BytesIO(_wrapped(packed, wanted // height, height, compression)), formats=["TIFF"]
        ) as strip:
            return strip.tobytes()


def _wrapped(packed: bytes, row_bytes: int, height: int, compression: int) -> bytes:
    tags: ifd.Directory = {
        256: ifd.longs(row_bytes),
        257: ifd.longs(height),
        258: ifd.shorts(8),
        259: ifd.shorts(compression),
        262: ifd.shorts(1),
        277: ifd.shorts(1),
        278: ifd.longs(height),
        279: ifd.longs(len(packed)),
    }
    head = len(ifd.serialised(tags | {273: ifd.longs(0)}, 8)) + 8
    return struct.pack("<2sHI", b"II", 42, 8) + ifd.serialised(tags | {273: ifd.longs(head)}, 8) + packed


def _divide_by_alpha(pixels: Pixels) -> None:
    """Undo the multiplication of colour by alpha, row by row to spare memory."""
    top = np.iinfo(pixels.dtype).max
    for row in pixels:
        alpha = np.maximum(row[:, -1:].astype(np.uint64), 1)
        row[:, :-1] = np.minimum((row[:, :-1] * np.uint64(top) + alpha // 2) // alpha, top)


def pages(data: mmap | bytes) -> list[TiffPage]:
    """All pages of a TIFF file, checked; ValueError, ending a sentence, where one is not readable."""
    source = ifd.structure(data)
    if source is None:
        raise ValueError("its header is damaged")
    try:
        found = [TiffPage(tags, source) for tags in source.directories()]
    except ValueError as error:
        raise ValueError("it is cut short") from error
    if not found:
        raise ValueError("it holds no picture")
    for page in found:
        page.check()
    return found
