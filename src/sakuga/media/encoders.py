"""Write the formats that need the whole picture at once: JPEG, WebP, AVIF and a still GIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from sakuga.media import gif, webp
from sakuga.media.layout import PictureLayout, checked, eight_bits, layout_of
from sakuga.media.metadata import exif_of, without_orientation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sakuga.media.frames import Pixels
    from sakuga.media.metadata import Metadata

MARKER_ROOM = 65533
"""Bytes that one marker of a JPEG can hold."""
_XMP_ROOM = MARKER_ROOM - 29


def collected(bands: Iterable[Pixels], layout: PictureLayout) -> Pixels:
    """The whole picture (H, W, channels) at 8 bits."""
    whole, top = np.empty((layout.height, layout.width, layout.channels), np.uint8), 0
    for band in checked(bands, layout):
        whole[top : top + len(band)] = eight_bits(band)
        top += len(band)
    return whole


def write_jpeg(file: BinaryIO, picture: Pixels, metadata: Metadata, quality: int | None) -> None:
    """Write 8-bit grey or RGB, colour at full resolution; quality 95 by default."""
    exif = exif_of(metadata, *_size(picture), with_dpi=False)
    options: dict[str, Any] = {"quality": 95 if quality is None else quality, "subsampling": 0}
    if exif:
        options["exif"] = b"Exif\0\0" + exif
    if metadata.dpi:
        options["dpi"] = metadata.dpi
    if metadata.comment:
        options["comment"] = metadata.comment[:MARKER_ROOM]
    _save(file, picture, "JPEG", metadata, options)


def write_webp(file: BinaryIO, picture: Pixels, metadata: Metadata, quality: int | None) -> None:
    """Write 8 bits of any channels, without loss by default."""
    exif = exif_of(metadata, *_size(picture), with_dpi=True)
    options = webp.options(quality) | ({"exif": exif} if exif else {})
    _save(file, picture, "WEBP", metadata, options)


def write_avif(file: BinaryIO, picture: Pixels, metadata: Metadata, quality: int | None) -> None:
    """Write 8 bits of any channels, colour at full resolution; quality 90 by default."""
    exif = exif_of(metadata, *_size(picture), with_dpi=True)
    grey = picture.shape[2] == 1
    options: dict[str, Any] = {"subsampling": "4:0:0" if grey else "4:4:4"}
    options["quality"] = 90 if quality is None else quality
    if exif:
        options["exif"] = without_orientation(exif)
    _save(file, picture, "AVIF", metadata, options)


def write_gif(file: BinaryIO, picture: Pixels, metadata: Metadata, _quality: int | None) -> None:
    """Write 8 bits of any channels; there is no quality to choose."""
    gif.write(file, layout_of(picture), [(picture, 0.0)], 1, metadata)


def too_much(metadata: Metadata) -> str | None:
    """Which part of the metadata a JPEG cannot hold for its length."""
    if metadata.exif and len(metadata.exif) + 6 > MARKER_ROOM:
        return "EXIF"
    return "XMP" if metadata.xmp and len(metadata.xmp) > _XMP_ROOM else None


def _size(picture: Pixels) -> tuple[int, int]:
    return picture.shape[1], picture.shape[0]


def _save(file: BinaryIO, picture: Pixels, kind: str, metadata: Metadata, options: dict[str, Any]) -> None:
    if metadata.icc:
        options["icc_profile"] = metadata.icc
    if metadata.xmp:
        options["xmp"] = metadata.xmp
    _image(picture).save(file, kind, **options)


def _image(picture: Pixels) -> Image.Image:
    return Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
