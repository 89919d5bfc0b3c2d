"""What a picture file keeps beside its pixels: EXIF, XMP, colour profile, resolution, text."""

from __future__ import annotations

import contextlib
import re
import struct
from dataclasses import dataclass, replace
from fractions import Fraction

from sakuga.media import ifd

_INTEROPERABILITY = 40965
_EXIF_PREFIX = b"Exif\0\0"
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation(?:\s*=\s*[\"']|\s*>\s*))([1-8])")
_DESCRIBING = frozenset(
    (269, 270, 271, 272, 285, 305, 306, 315, 316, 18246, 18249, 33432, 33723, *range(40091, 40096))
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is kept beside the pixels; None or empty where the file has none."""

    exif: bytes | None = None
    """A TIFF structure, without JPEG's `Exif` prefix; its orientation, where it has one, is 1 (upright)."""
    xmp: bytes | None = None
    """An XMP packet; its orientation, where it has one, is 1."""
    icc: bytes | None = None
    """The colour profile of the pixels as they are read."""
    dpi: tuple[float, float] | None = None
    """Pixels per inch, across and down."""
    text: tuple[tuple[str, str], ...] = ()
    """Keywords and texts of a PNG; a comment of JPEG or GIF is `Comment`."""
    colour: tuple[tuple[bytes, bytes], ...] = ()
    """PNG's own colour chunks (cICP, cHRM, gAMA, sRGB), name and body; only PNG can hold them."""

    @property
    def comment(self) -> bytes:
        """The text `Comment`, for the formats that have no other."""
        return dict(self.text).get("Comment", "").encode()


def bare_exif(exif: bytes | None) -> bytes | None:
    """The TIFF structure inside an EXIF block; None where it is none or damaged: the picture is good."""
    exif = (exif or b"").removeprefix(_EXIF_PREFIX)
    try:
        source = ifd.structure(exif)
        return exif if source and source.directory(source.first) else None
    except ValueError:
        return None


def orientation(exif: bytes | None, xmp: bytes | None) -> int:
    """How the stored picture must be turned to stand upright: 1 (not at all) to 8, as EXIF counts."""
    for at, order, kind in _places(exif, {ifd.ORIENTATION}).values() if exif else ():
        value = struct.unpack_from(order + ("H" if kind == ifd.SHORT else "I"), exif or b"", at)[0]
        return value if 1 <= value <= 8 else 1
    found = _XMP_ORIENTATION.search(xmp) if xmp else None
    return int(found[2]) if found else 1


def kept(
    exif: bytes | None,
    xmp: bytes | None,
    icc: bytes | None,
    dpi: tuple[float, float] | None,
    text: tuple[tuple[str, str], ...] = (),
    colour: tuple[tuple[bytes, bytes], ...] = (),
) -> Metadata:
    """The metadata of a picture whose pixels are turned upright; a missing resolution is taken from EXIF."""
    if exif:
        exif = _with_tags(exif, {ifd.ORIENTATION: 1})
    if xmp:
        xmp = _XMP_ORIENTATION.sub(rb"\g<1>1", xmp)
    dpi = dpi or _resolution(exif)
    sane = dpi is not None and all(0 < value < 100_000 for value in dpi)
    return Metadata(exif, xmp or None, icc or None, dpi if sane else None, text, colour)


def with_fitting_profile(metadata: Metadata, *, grey: bool) -> Metadata:
    """Without the profile, where it is one for other colours than the file stores: such files are refused."""
    space = (metadata.icc or b"")[16:20]
    return replace(metadata, icc=None) if space in (b"CMYK", b"RGB " if grey else b"GRAY") else metadata


def exif_of(metadata: Metadata, width: int, height: int, *, with_dpi: bool) -> bytes | None:
    """The EXIF block for a file of this size; `with_dpi` makes one for the resolution where there is none."""
    if metadata.exif:
        return _with_tags(metadata.exif, {ifd.PIXEL_WIDTH: width, ifd.PIXEL_HEIGHT: height})
    if with_dpi and metadata.dpi:
        return b"II*\0\x08\0\0\0" + ifd.serialised(resolution_tags(metadata.dpi), 8)
    return None


def without_orientation(exif: bytes) -> bytes:
    """The block without that tag, all else in its place; for formats that say it elsewhere."""
    source = ifd.structure(exif)
    for at, order, _ in _places(exif, {ifd.ORIENTATION}).values() if source else ():
        first, entry = source.first if source else 0, at - 8
        (count,) = struct.unpack_from(order + "H", exif, first)
        end = first + 2 + 12 * count + 4
        if first < entry < end:
            head = exif[:first] + struct.pack(order + "H", count - 1) + exif[first + 2 : entry]
            return head + exif[entry + 12 : end] + bytes(12) + exif[end:]
    return exif


def resolution_tags(dpi: tuple[float, float]) -> ifd.Directory:
    """A resolution as the tags of a directory."""
    across, down = (Fraction(value).limit_denominator(10000) for value in dpi)
    return {
        ifd.X_RESOLUTION: ifd.ratios((across.numerator, across.denominator)),
        ifd.Y_RESOLUTION: ifd.ratios((down.numerator, down.denominator)),
        ifd.RESOLUTION_UNIT: ifd.shorts(2),
    }


def resolution(directory: ifd.Directory) -> tuple[float, float] | None:
    """The pixels per inch that a directory gives; None where it gives none."""
    across, down, unit = (
        directory.get(tag) for tag in (ifd.X_RESOLUTION, ifd.Y_RESOLUTION, ifd.RESOLUTION_UNIT)
    )
    scale = {2: 1.0, 3: 2.54}.get((unit.integers() or (0,))[0] if unit else 2)
    if across is None or down is None or scale is None or not across.ratio() or not down.ratio():
        return None
    return across.ratio() * scale, down.ratio() * scale


def exif_directories(exif: bytes) -> tuple[ifd.Directory, dict[int, ifd.Directory]]:
    """What an EXIF block says of the picture, as a TIFF file holds it: main tags, and sub-directories."""
    source = ifd.structure(exif)
    return described(source) if source else ({}, {})


def described(
    source: ifd.Structure, main: ifd.Directory | None = None
) -> tuple[ifd.Directory, dict[int, ifd.Directory]]:
    """The describing tags of a directory (the first one by default), and its EXIF and GPS sub-directories."""
    if main is None:
        main, _ = source.directory(source.first)
    below = dict[int, ifd.Directory]()
    for tag in (ifd.EXIF_IFD, ifd.GPS_IFD):
        with contextlib.suppress(ValueError):
            if tag in main and (offsets := main[tag].integers()):
                below[tag], _ = source.directory(offsets[0])
                below[tag].pop(_INTEROPERABILITY, None)
    return {tag: entry for tag, entry in main.items() if tag in _DESCRIBING}, below


def exif_block(main: ifd.Directory, below: dict[int, ifd.Directory]) -> bytes | None:
    """The EXIF block that holds these directories; None where they are empty."""
    return b"II*\0\x08\0\0\0" + ifd.nested(main, below, 8) if main or below else None


def _resolution(exif: bytes | None) -> tuple[float, float] | None:
    try:
        source = ifd.structure(exif) if exif else None
        return resolution(source.directory(source.first)[0]) if source else None
    except ValueError:
        return None


def _with_tags(exif: bytes, values: dict[int, int]) -> bytes:
    """Set integer tags where they stand; nothing moves, so that offsets inside makers' notes stay right."""
    block = bytearray(exif)
    for tag, (at, order, _) in _places(exif, set(values)).items():
        kind, form = (ifd.LONG, "I") if values[tag] > 0xFFFF else (ifd.SHORT, "Hxx")
        struct.pack_into(order + "H", block, at - 6, kind)
        struct.pack_into(order + form, block, at, values[tag])
    return bytes(block)


def _places(exif: bytes, tags: set[int]) -> dict[int, tuple[int, str, int]]:
    """Where single integer tags stand in the main and EXIF directories: offset of the value, order, kind."""
    source = ifd.structure(exif)
    if source is None or source.big:
        return {}
    found, offsets = dict[int, tuple[int, str, int]](), [source.first]
    try:
        for offset in offsets:
            for tag, kind, count, at in source.places(offset):
                if tag in tags and kind in (ifd.SHORT, ifd.LONG) and count == 1 and at + 4 <= len(exif):
                    found[tag] = (at, source.order, kind)
                elif tag == ifd.EXIF_IFD and len(offsets) == 1:
                    offsets.append(struct.unpack(source.order + "I", exif[at : at + 4])[0])
    except (ValueError, struct.error):
        return found
    return found
