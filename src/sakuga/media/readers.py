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
            image = Image.open(file, formats=[name.upper()])
        with image:
            _scale_transparent_grey(image)
            yield image


def _scale_transparent_grey(image: Image.Image) -> None:
    """Pillow widens the grey of a 2- or 4-bit PNG to 8 bits, but not the grey that is transparent."""
    level, tile = image.info.get("transparency"), next(iter(getattr(image, "tile", ())), None)
    steps = {"L;2": 3, "L;4": 15}.get(tile.args) if tile and image.format == "PNG" else None
    if steps and isinstance(level, int) and level <= steps:
        image.info["transparency"] = level * (255 // steps)


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
        _check_rows(path, name)
        with _pillow(path, name) as image:
            _frame(image, 0)
            pixels, alpha = arrays(image, target)
        yield _picture(pixels, alpha, turn, 0.0)

    return Content(width, height, kept, 1, None, "uint8", lambda: len(target), frames)


def _check_rows(path: Path, name: FormatName) -> None:
    """Both decoders of PNG fill up rows that are missing inside a file that is otherwise whole."""
    if name == "png":
        with mapped(path) as data:
            chunks.check_rows(data)


def _read_moving(path: Path, name: FormatName, beside: Beside | None = None) -> Content:
    """WebP, AVIF, GIF and APNG, whose frames Pillow puts together on the canvas; a single one is a still."""
    with _pillow(path, name) as image:
        count, first = _frames_of(image)
        (kept, turn), canvas, plays = beside or _beside(image), image.size, int(image.info.get("loop", 0))
        colours = "L" if name != "gif" and target_of(image).startswith("L") else "RGB"
        can_be_clear = name == "gif" or image.has_transparency_data
    if count == 1 and not first:
        return _read_still(path, name, beside)

    @functools.cache
    def channels() -> int:
        frames = _decoded(path, name, first, count) if can_be_clear else ()
        return len(colours) + any(_is_transparent(frame) for frame, _ in frames)

    def frames() -> Iterator[Picture]:
        target = colours if channels() == len(colours) else colours + "A"
        for image, duration in _decoded(path, name, first, count):
            pixels, alpha = arrays(image.crop((0, 0, *canvas)), target)
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
        _check_rows(path, "png")
        pixels, alpha = _decoded_by_opencv(path, channels, found.transparency)
        yield _picture(pixels, alpha, turn, 0.0)

    return Content(width, height, kept, 1, None, "uint16", lambda: channels, frames)


def _decoded_by_opencv(path: Path, channels: int, transparency: bytes) -> tuple[Pixels, Pixels | None]:
    import cv2

    with mapped(path) as data:
        buffer = np.frombuffer(data, np.uint8)
        try:
            stored = cast("NDArray[np.uint16] | None", cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED))
        except cv2.error as error:
            raise ValueError("its pixels are damaged") from error
        finally:
            del buffer
    if stored is None or stored.dtype != np.uint16:
        raise ValueError("its pixels are damaged")
    return _separated(stored.reshape(*stored.shape[:2], -1), channels, transparency)


def _separated(stored: Pixels, channels: int, transparency: bytes) -> tuple[Pixels, Pixels | None]:
    """OpenCV's BGR, BGRA or grey as RGB or grey, and alpha."""
    import cv2

    if stored.shape[2] == 1:
        clear = int.from_bytes(transparency[:2], "big")
        return stored, np.where(stored == clear, np.uint16(0), np.uint16(65535)) if channels == 2 else None
    if stored.shape[2] == 3:
        cv2.cvtColor(stored, cv2.COLOR_BGR2RGB, dst=stored)
        return stored, None
    height, width, _ = stored.shape
    pixels = np.empty((height, width, 3 if channels == 4 else 1), np.uint16)
    alpha = np.empty((height, width, 1), np.uint16)
    cv2.mixChannels([stored], [pixels, alpha], [2, 0, 1, 1, 0, 2, 3, 3] if channels == 4 else [0, 0, 3, 1])
    return pixels, alpha


def _read_tiff(path: Path, name: FormatName) -> Content:
    """All pages as frames without duration; pages may differ in size, the first one's size is the file's."""
    with mapped(path) as data:
        found = tiff_pages.pages(data)
        head, plain = found[0], [page.is_plain for page in found]
        kept, size, turn = _tiff_metadata(head), head.size, head.orientation
        channels, depth = (head.channels, head.depth) if head.is_plain else (0, "uint8")
    if not head.is_plain:
        with _pillow(path, name) as image:
            channels = len(target_of(image))
            kept = kept if keeps_profile(image) else replace(kept, icc=None)
    width, height = size[::-1] if turns_sideways(turn) else size

    def frames() -> Iterator[Picture]:
        for number, is_plain in enumerate(plain):
            yield _plain_page(path, number) if is_plain else _other_page(path, number)

    return Content(width, height, kept, len(plain), None, depth, lambda: channels, frames)


def _plain_page(path: Path, number: int) -> Picture:
    with mapped(path) as data, unguarded():
        page = tiff_pages.pages(data)[number]
        stored, turn = page.pixels(), page.orientation
    if stored.shape[2] in (1, 3):
        return _picture(stored, None, turn, 0.0)
    pixels, alpha = (np.ascontiguousarray(part) for part in (stored[:, :, :-1], stored[:, :, -1:]))
    return _picture(pixels, alpha, turn, 0.0)


def _other_page(path: Path, number: int) -> Picture:
    """A page of a palette, one bit, CMYK and the like; Pillow turns it upright by itself."""
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
