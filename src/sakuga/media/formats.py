"""The picture formats, in one table: what each can hold, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

FormatName = Literal["png", "jpeg", "webp", "avif", "tiff", "bmp", "gif"]


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """One format, as far as writing goes; reading takes whatever the format can hold, and 8 bits of AVIF."""

    name: FormatName
    suffixes: tuple[str, ...]
    keeps: frozenset[str]
    """Which fields of Metadata it holds."""
    side: int
    """The longest side in pixels."""
    area: int = 2**62
    """The most pixels."""
    size: int = 2**62
    """The most bytes."""
    greys: tuple[int, ...] = (1, 2)
    """Which layouts of grey it stores as grey; others become RGB."""
    alpha: bool = True
    deep: bool = False
    """16 bits per channel; the others round to 8."""
    lossless: bool = True
    """Whether the default quality gives every pixel back."""
    streams: bool = False
    """Whether it is written band by band; the others need the whole picture in memory."""
    longest: float = 0.0
    """Milliseconds that one frame of an animation can be shown; 0 where there are no animations."""


_ALL = frozenset(("exif", "xmp", "icc", "dpi"))

FORMATS = {
    each.name: each
    for each in (
        PictureFormat(
            "png",
            (".png", ".apng"),
            _ALL | {"text", "colour"},
            side=2**31 - 1,
            deep=True,
            streams=True,
            longest=65535000.0,
        ),
        PictureFormat(
            "jpeg",
            (".jpg", ".jpeg", ".jpe", ".jfif"),
            _ALL | {"text"},
            side=65500,
            alpha=False,
            lossless=False,
        ),
        PictureFormat("webp", (".webp",), _ALL, side=16383, greys=(), longest=2.0**24 - 1),
        PictureFormat("avif", (".avif",), _ALL, side=32768, area=2**28, greys=(1,), lossless=False),
        PictureFormat("tiff", (".tif", ".tiff"), _ALL, side=2**32 - 1, deep=True, streams=True),
        PictureFormat(
            "bmp",
            (".bmp", ".dib"),
            frozenset(("dpi",)),
            side=2**24 - 1,
            greys=(1,),
            size=2**32 - 1,
            streams=True,
        ),
        PictureFormat("gif", (".gif",), frozenset(("text",)), side=65535, lossless=False, longest=655350.0),
    )
}
"""JPEG's side is what its library writes, AVIF's limits what its library reads; both could count further.

Of the texts JPEG and GIF keep the comment; WebP and AVIF keep the resolution inside the EXIF block.
GIF is lossless up to 256 colours; its alpha is one bit.
"""

_BY_SUFFIX = {suffix: each for each in FORMATS.values() for suffix in each.suffixes}

_MAGIC: tuple[tuple[int, tuple[bytes, ...], FormatName], ...] = (
    (0, (b"\x89PNG\r\n\x1a\n",), "png"),
    (0, (b"\xff\xd8\xff",), "jpeg"),
    (8, (b"WEBP",), "webp"),
    (4, (b"ftypavif", b"ftypavis", b"ftypmif1", b"ftypmsf1"), "avif"),
    (0, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "tiff"),
    (0, (b"GIF87a", b"GIF89a"), "gif"),
    (0, (b"BM",), "bmp"),
)


def by_suffix(path: Path) -> PictureFormat | None:
    """The format that the name of a file promises."""
    return _BY_SUFFIX.get(path.suffix.lower())


def by_content(head: bytes) -> FormatName | None:
    """The format that the first 16 bytes of a file tell, whatever its name is."""
    return next((name for at, magics, name in _MAGIC if head[at:].startswith(magics)), None)
