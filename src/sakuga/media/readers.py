"""Read each picture format: what stands in the file, and its frames one by one."""

from __future__ import annotations

import contextlib
import functools
import mmap
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from sakuga.media import chunks, completeness, gif_blocks, metadata, tiff_pages
from sakuga.media.layout import Depth, Picture
from sakuga.media.pixels import arrays, keeps_profile, target_of, turns_sideways, unguarded, upright

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sakuga.media.formats import FormatName
    from sakuga.media.frames import Pixels
    from sakuga.media.metadata import Metadata

Beside = tuple["Metadata", int]
"""What is kept beside the pixels, and how they must be turned to stand upright."""

_PILLOW_NAMES = {"jpeg": ["JPEG", "MPO"]}


@dataclass(frozen=True)
class Content:
    """What a picture file holds."""

    width: int
    height: int
    metadata: Metadata
    count: int
    plays: int | None
    depth: Depth
    channels: Callable[[], int]
    """1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; takes a look at all frames of an animation, once."""
    frames: Callable[[], Iterator[Picture]]


@contextlib.contextmanager
def mapped(path: Path) -> Generator[mmap.mmap]:
    """The bytes of a file, read as they are looked at."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


@contextlib.contextmanager
def _pillow(path: Path, name: FormatName) -> Generator[Image.Image]:
    with path.open("rb") as file:
        with unguarded():
            image = Image.open(file, formats=_PILLOW_NAMES.get(name, [name.upper()]))
        with image:
            yield image


def _frame(image: Image.Image, number: int) -> None:
    """Decode one frame onto the canvas."""
    with unguarded():
        image.seek(number)
        image.load()


def _read_still(path: Path, name: FormatName, beside: Beside | None = None) -> Content:
    """A format that Pillow reads whole: JPEG, BMP, and the still pictures of the others."""
    with _pillow(path, name) as image:
        target, (kept, turn) = target_of(image), beside or _beside(image)
        width, height = image.size[::-1] if turns_sideways(turn) else image.size

    def frames() -> Iterator[Picture]:
        with _pillow(path, name) as image:
            _frame(image, 0)
            pixels, alpha = arrays(image, target)
        yield _picture(pixels, alpha, turn, 0.0)

    return Content(width, height, kept, 1, None, "uint8", lambda: len(target), frames)


def _read_moving(path: Path, name: FormatName, beside: Beside | None = None) -> Content:
    """WebP, AVIF, GIF and APNG, whose frames Pillow puts together on the canvas; a single one is a still."""
    with _pillow(path, name) as image:
        count, first = _frames_of(image)
        (kept, turn), canvas, plays = beside or _beside(image), image.size, int(image.info.get("loop", 0))
    if count == 1 and not first:
        return _read_still(path, name, beside)

    @functools.cache
    def channels() -> int:
        return 4 if any(_is_transparent(frame) for frame, _ in _decoded(path, name, first, count)) else 3

    def frames() -> Iterator[Picture]:
        target = "RGBA" if channels() == 4 else "RGB"
        for image, duration in _decoded(path, name, first, count):
            pixels, alpha = arrays(image.crop((0, 0, *canvas)).convert("RGBA"), target)
            yield _picture(pixels, alpha, turn, duration)

    width, height = canvas[::-1] if turns_sideways(turn) else canvas
    return Content(width, height, kept, count, plays, "uint8", channels, frames)


def _frames_of(image: Image.Image) -> tuple[int, int]:
    """How many frames, and which is the first: an APNG may begin with a picture that is not one of them."""
    first = int(bool(getattr(image, "default_image", False)))
    with unguarded():
        return int(getattr(image, "n_frames", 1)) - first, first


def _decoded(path: Path, name: FormatName, first: int, count: int) -> Iterator[tuple[Image.Image, float]]:
    with _pillow(path, name) as image:
        for number in range(first, first + count):
            _frame(image, number)
            yield image, float(image.info.get("duration", 0))


def _is_transparent(image: Image.Image) -> bool:
    if not image.has_transparency_data:
        return False
    lowest, _ = image.convert("RGBA").getchannel(3).getextrema()
    return isinstance(lowest, (int, float)) and lowest < 255


def _read_png(path: Path, name: FormatName) -> Content:
    with mapped(path) as data:
        found = chunks.contents(data)
    exif = metadata.bare_exif(found.exif)
    kept = metadata.kept(exif, found.xmp, found.icc, found.dpi, tuple(found.text), tuple(found.colour))
    turn = metadata.orientation(exif, found.xmp)
    if found.depth == 16 and not found.animated:
        return _deep_png(path, found, kept, turn)
    return _read_moving(path, name, (kept, turn))


def _deep_png(path: Path, found: chunks.Contents, kept: Metadata, turn: int) -> Content:
    """A still PNG of 16 bits, which OpenCV reads whole and Pillow would cut down to 8."""
    width, height = (found.height, found.width) if turns_sideways(turn) else (found.width, found.height)
    channels = (3 if found.colour_type & 2 else 1) + bool(found.colour_type & 4 or found.transparency)

    def frames() -> Iterator[Picture]:
        stored = _decoded_by_opencv(path)
        pixels, alpha = _split(stored, found, channels)
        yield _picture(pixels, alpha, turn, 0.0)

    return Content(width, height, kept, 1, None, "uint16", lambda: channels, frames)


def _decoded_by_opencv(path: Path) -> Pixels:
    import cv2

    with mapped(path) as data:
        buffer = np.frombuffer(data, np.uint8)
        try:
            stored = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)
        except cv2.error as error:
            raise ValueError("its pixels are damaged") from error
        finally:
            del buffer
    deep = cast("NDArray[np.uint16] | None", stored)
    if deep is None or deep.dtype != np.uint16:
        raise ValueError("its pixels are damaged")
    return deep.reshape(*deep.shape[:2], -1)


def _split(stored: Pixels, found: chunks.Contents, channels: int) -> tuple[Pixels, Pixels | None]:
    """OpenCV's BGR, BGRA or grey as RGB or grey, and alpha."""
    if channels == 2 and stored.shape[2] == 1:
        clear = int.from_bytes(found.transparency[:2], "big")
        return stored, np.where(stored == clear, np.uint16(0), np.uint16(65535))
    alpha = np.ascontiguousarray(stored[:, :, 3:]) if channels in (2, 4) else None
    order = [2, 1, 0] if channels >= 3 else [0]
    return np.ascontiguousarray(stored[:, :, order]), alpha


def _read_tiff(path: Path, name: FormatName) -> Content:
    """All pages as frames without duration; pages may differ in size, the first one's size is the file's."""
    with mapped(path) as data:
        found = tiff_pages.pages(data)
        head = found[0]
        kept, size, turn = _tiff_metadata(head), head.size, head.orientation
        deep = [page.is_deep for page in found]
        channels = head.channels if head.is_deep else 0
        del found, head
    if not channels:
        with _pillow(path, name) as image:
            channels = len(target_of(image))
            kept = kept if keeps_profile(image) else replace(kept, icc=None)
    width, height = size[::-1] if turns_sideways(turn) else size

    def frames() -> Iterator[Picture]:
        for number, is_deep in enumerate(deep):
            yield _deep_page(path, number) if is_deep else _shallow_page(path, number)

    return Content(
        width, height, kept, len(deep), None, "uint16" if deep[0] else "uint8", lambda: channels, frames
    )


def _deep_page(path: Path, number: int) -> Picture:
    with mapped(path) as data, unguarded():
        page = tiff_pages.pages(data)[number]
        stored, turn = page.deep_pixels(), page.orientation
        del page
    if stored.shape[2] in (1, 3):
        return _picture(stored, None, turn, 0.0)
    pixels, alpha = (np.ascontiguousarray(part) for part in (stored[:, :, :-1], stored[:, :, -1:]))
    return _picture(pixels, alpha, turn, 0.0)


def _shallow_page(path: Path, number: int) -> Picture:
    """Pillow turns pages of TIFF upright by itself."""
    with _pillow(path, "tiff") as image:
        _frame(image, number)
        return Picture(*arrays(image, target_of(image)), 0.0)


def _tiff_metadata(page: tiff_pages.TiffPage) -> Metadata:
    block = metadata.exif_block(*metadata.described(page.source, page.tags))
    return metadata.kept(block, page.bytes_of(700), page.bytes_of(34675), metadata.resolution(page.tags))


def _read_gif(path: Path, name: FormatName) -> Content:
    with mapped(path) as data:
        found = gif_blocks.contents(data)
    content = _read_moving(path, name, (metadata.Metadata(text=_comment(found.comment)), 1))
    return content if content.plays is None else replace(content, plays=found.plays)


def _beside(image: Image.Image) -> Beside:
    """What Pillow found beside the pixels of JPEG, WebP, AVIF, BMP and GIF."""
    info, exif = image.info, metadata.bare_exif(image.info.get("exif"))
    profile = info.get("icc_profile") if keeps_profile(image) else None
    kept = metadata.kept(exif, info.get("xmp"), profile, info.get("dpi"), _comment(info.get("comment", b"")))
    return kept, metadata.orientation(exif, info.get("xmp"))


def _comment(comment: bytes) -> tuple[tuple[str, str], ...]:
    return (("Comment", comment.decode("utf-8", "replace")),) if comment else ()


def _picture(pixels: Pixels, alpha: Pixels | None, turn: int, duration: float) -> Picture:
    return Picture(upright(pixels, turn), None if alpha is None else upright(alpha, turn), duration)


_READERS: dict[FormatName, Callable[[Path, FormatName], Content]] = {
    "png": _read_png,
    "jpeg": _read_still,
    "webp": _read_moving,
    "avif": _read_moving,
    "tiff": _read_tiff,
    "bmp": _read_still,
    "gif": _read_gif,
}


def read(path: Path, name: FormatName) -> Content:
    """What the file holds; ValueError or the decoder's own error where it is not whole or not readable."""
    with mapped(path) as data:
        completeness.check(name, data)
    return _READERS[name](path, name)
