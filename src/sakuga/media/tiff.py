"""Write TIFF pages strip by strip; the file becomes a BigTIFF only where it grows past 4 GiB."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from sakuga.media import deflate, ifd
from sakuga.media.layout import PictureLayout, blocks, rows_of
from sakuga.media.metadata import exif_directories, exif_of, resolution_tags, with_fitting_profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sakuga.media.frames import Pixels
    from sakuga.media.metadata import Metadata

_STRIP = 1 << 18
_CLASSIC_END = 2**32 - 1
_HEADER = 16
_ADOBE_DEFLATE, _HORIZONTAL, _UNASSOCIATED_ALPHA, _PAGE = 8, 2, 2, 2
_XMP, _ICC = 700, 34675

Page = tuple[PictureLayout, "Iterable[Pixels]"]
"""The layout of a page, and its bands from top to bottom."""


def write(file: BinaryIO, layout: PictureLayout, bands: Iterable[Pixels], metadata: Metadata) -> None:
    """Write one picture of any layout."""
    write_pages(file, [(layout, bands)], metadata)


def write_pages(file: BinaryIO, pages: Iterable[Page], metadata: Metadata) -> None:
    """Write pages of any layouts, deflated. EXIF and XMP stand in the first, profile and dpi in all."""
    file.write(b"\0" * _HEADER)
    directories = [_write_page(file, layout, bands, metadata) for layout, bands in pages]
    if not directories:
        raise ValueError("a TIFF file has at least one page")
    if len(directories) > 1:
        for directory in directories:
            directory[254] = ifd.longs(_PAGE)
    main, below = _described(metadata, *_size_of(directories[0]))
    directories[0] = main | directories[0]
    _write_directories(file, directories, below)


def _write_page(
    file: BinaryIO, layout: PictureLayout, bands: Iterable[Pixels], metadata: Metadata
) -> ifd.Directory:
    """Write the strips of one page, and give the directory that describes them."""
    rows = rows_of(layout, _STRIP)
    offsets, sizes = list[int](), list[int]()
    for strip in deflate.in_order(_compress, blocks(bands, layout, rows)):
        offsets.append(file.tell())
        sizes.append(len(strip))
        file.write(strip)
    metadata = with_fitting_profile(metadata, grey=layout.channels < 3)
    return _shape(layout) | {
        273: ifd.longs(*offsets),
        278: ifd.longs(rows),
        279: ifd.longs(*sizes),
        **(resolution_tags(metadata.dpi) if metadata.dpi else {}),
        **({_ICC: ifd.raw(metadata.icc)} if metadata.icc else {}),
    }


def _shape(layout: PictureLayout) -> ifd.Directory:
    count = layout.channels
    alpha = {338: ifd.shorts(_UNASSOCIATED_ALPHA)} if layout.has_alpha else {}
    return alpha | {
        256: ifd.longs(layout.width),
        257: ifd.longs(layout.height),
        258: ifd.shorts(*[8 * np.dtype(layout.dtype).itemsize] * count),
        259: ifd.shorts(_ADOBE_DEFLATE),
        262: ifd.shorts(2 if count > 2 else 1),
        277: ifd.shorts(count),
        284: ifd.shorts(1),
        317: ifd.shorts(_HORIZONTAL),
        339: ifd.shorts(*[1] * count),
    }


def _compress(strip: Pixels) -> bytes:
    """Differences along the rows, channel by channel, modulo the depth; then deflate."""
    differences = strip.astype(strip.dtype.newbyteorder("<"))
    differences[:, 1:] -= strip[:, :-1]
    return deflate.whole(differences.tobytes(), deflate.LEVEL)


def _described(metadata: Metadata, width: int, height: int) -> tuple[ifd.Directory, dict[int, ifd.Directory]]:
    exif = exif_of(metadata, width, height, with_dpi=False)
    main, below = exif_directories(exif) if exif else ({}, {})
    if metadata.xmp:
        main[_XMP] = ifd.raw(metadata.xmp, kind=1)
    return main, below


def _size_of(directory: ifd.Directory) -> tuple[int, int]:
    return directory[256].integers()[0], directory[257].integers()[0]


def _write_directories(file: BinaryIO, pages: list[ifd.Directory], below: dict[int, ifd.Directory]) -> None:
    """Write all directories behind the strips, each pointing to the next, and then the header."""
    start = file.tell() + file.tell() % 2
    big = start + sum(len(ifd.nested(page, below, start)) for page in pages) > _CLASSIC_END
    file.seek(start)
    for number, page in enumerate(pages):
        sub = below if number == 0 else {}
        at, last = file.tell(), number == len(pages) - 1
        size = len(ifd.nested(page, sub, at, big))
        file.write(ifd.nested(page, sub, at, big, 0 if last else at + size))
    file.seek(0)
    file.write(
        struct.pack("<2sHHHQ", b"II", 43, 8, 0, start) if big else struct.pack("<2sHI", b"II", 42, start)
    )
