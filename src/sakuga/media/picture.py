"""Picture files: open them, look at their frames, write them; every error is a sentence naming the file."""

from __future__ import annotations

import contextlib
import errno
import struct
import zlib
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from PIL import UnidentifiedImageError

from sakuga.errors import InputError, OutputError
from sakuga.media import bmp, encoders, gif, png, readers, tiff, webp
from sakuga.media.animation import Timed, fitting
from sakuga.media.atomic import replacing
from sakuga.media.formats import FORMATS, FormatName, PictureFormat, by_content, by_suffix
from sakuga.media.layout import Depth, Picture, PictureLayout, layout_of
from sakuga.media.metadata import Metadata, with_fitting_profile

if TYPE_CHECKING:
    from pathlib import Path

    from sakuga.media.frames import Pixels

__all__ = [
    "FORMATS",
    "Metadata",
    "Picture",
    "PictureFile",
    "PictureFormat",
    "PictureLayout",
    "is_picture",
    "open_picture",
    "write_animation",
    "write_picture",
]

_NAMES = "PNG, JPEG, WebP, AVIF, TIFF, BMP and GIF"
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What decoders raise when the bytes that they are given make no sense."""
_REASONS = {
    errno.ENOENT: "it does not exist",
    errno.EACCES: "you may not read it; change its permissions",
    errno.EPERM: "you may not read it; change its permissions",
    errno.EISDIR: "it is a folder",
}


class PictureFile:
    """One picture file, as `open_picture` gives it: a still, an animation, or the pages of a TIFF.

    Iterating gives every frame as a `Picture`, decoded when it is asked for, and can be repeated; it raises
    InputError where the pixels turn out to be damaged. Use it in a `with` statement.
    """

    def __init__(self, path: Path, format: FormatName, content: readers.Content) -> None:  # noqa: A002
        self.path = path
        self.format: FormatName = format
        """By the content of the file, whatever its suffix."""
        self._content = content
        self.width, self.height = content.width, content.height
        """Upright; of the first page of a TIFF, whose other pages may differ."""
        self.count = content.count
        """Frames or pages; 1 for a still."""
        self.loop: int | None = content.plays
        """How often an animation is shown, 0 for ever; None for stills and pages."""
        self.moving: bool = content.plays is not None and content.count > 1
        self.metadata: Metadata = content.metadata
        self.dtype: Depth = content.depth
        """Of the pixels of every frame (of the first page of a TIFF)."""

    @property
    def channels(self) -> int:
        """1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; of every frame (of the first page of a TIFF).

        An animation has alpha only if some pixel of some frame is not opaque: to see it takes one decoding.
        """
        with _reading(self.path):
            return self._content.channels()

    def __iter__(self) -> Iterator[Picture]:
        frames = self._content.frames()
        while True:
            with _reading(self.path):
                picture = next(frames, None)
            if picture is None:
                return
            yield picture

    def __enter__(self) -> PictureFile:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between frames."""


def is_picture(path: Path) -> bool:
    """Whether the suffix is that of a picture format; the file itself is not looked at."""
    return by_suffix(path) is not None


def open_picture(path: Path) -> PictureFile:
    """Look at a picture file: what it is, whether it is whole. No pixels are decoded yet.

    Raises InputError for what cannot be read: nothing there, no permission, a folder, empty, cut short, no
    picture. A JPEG of several pictures (MPO) gives its first; an AVIF deeper than 8 bits is read with 8.
    """
    with _reading(path):
        with path.open("rb") as file:
            head = file.read(16)
        if not head:
            raise ValueError("it is empty")
        name = by_content(head)
        if name is None:
            raise ValueError(f"it is none of {_NAMES}, whatever its name says")
        return PictureFile(path, name, readers.read(path, name))


@contextlib.contextmanager
def _reading(path: Path) -> Generator[None]:
    """Every failure of a decoder as a sentence about the file."""
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"{path} could not be read: it does not fit into memory.") from error
    except _BROKEN as error:
        raise InputError(f"{path} could not be read: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return _REASONS.get(error.errno) or error.strerror or str(error)
    if isinstance(error, UnidentifiedImageError):
        return "its content is damaged, or of a kind that is not read"
    words = str(error).rstrip(".")
    return words if words.startswith("it") else f"its content is damaged ({words or type(error).__name__})"


def write_picture(
    path: Path,
    layout: PictureLayout,
    bands: Iterable[Pixels],
    metadata: Metadata,
    *,
    quality: int | None = None,
) -> None:
    """Write a picture of the format that the suffix of `path` names.

    `bands` are rows (N, width, channels) of `layout.dtype`, top to bottom, `layout.height` rows in all. PNG,
    TIFF and BMP are written as the bands come; for the others the picture is collected. Formats of 8 bits
    round 16-bit rows. `quality` is 0 to 100 for JPEG (95), AVIF (90) and WebP, which without it is lossless.

    Raises OutputError where the file cannot be written, and, before the first band is taken, where the format
    cannot hold the picture. Nothing stands under `path` before the picture is whole.
    """
    kind = _format(path)
    _check(path, kind, layout, metadata, quality)
    metadata = with_fitting_profile(metadata, grey=layout.channels in kind.greys)
    with _writing(path) as file:
        if kind.name in _STREAMS:
            _STREAMS[kind.name](file, layout, bands, metadata)
        else:
            picture = encoders.collected(bands, layout)
            with _encoding(path):
                _WHOLES[kind.name](file, picture, metadata, quality)


def write_animation(
    path: Path,
    layout: PictureLayout,
    frames: Iterable[Timed],
    loop: int | None,
    metadata: Metadata,
    *,
    quality: int | None = None,
) -> None:
    """Write frames ((height, width, channels), milliseconds) as GIF, WebP, APNG (.png) or pages of a TIFF.

    Frames are written as they come, with 8 bits. Every frame stays a frame, also one equal to the frame
    before; times are rounded to what the format can say (GIF: 10 ms, WebP: 1 ms) so that their sum holds.
    `loop` is how often the animation is shown, 0 for ever, None once. Pages of a TIFF may each have a size,
    channels and dtype of their own.

    Raises OutputError as `write_picture` does, and for a format that knows no animation.
    """
    kind = _format(path)
    if kind.name not in _MOVING and kind.name != "tiff":
        raise OutputError(
            f"{path} cannot hold an animation: choose --format png, webp or gif, or tiff for pages."
        )
    _check(path, kind, layout, metadata, quality)
    with _writing(path) as file:
        if kind.name == "tiff":
            tiff.write_pages(file, ((layout_of(frame), [frame]) for frame, _ in frames), metadata)
        else:
            metadata = with_fitting_profile(metadata, grey=layout.channels in kind.greys)
            held, plays = fitting(frames, layout, kind.longest), 1 if loop is None else loop
            _MOVING[kind.name](file, layout, held, plays, metadata, quality)


_STREAMS = {"png": png.write, "tiff": tiff.write, "bmp": bmp.write}
_WHOLES = {
    "jpeg": encoders.write_jpeg,
    "webp": encoders.write_webp,
    "avif": encoders.write_avif,
    "gif": encoders.write_gif,
}
_MOVING = {"png": png.write_animation, "webp": webp.write, "gif": gif.write}


def _format(path: Path) -> PictureFormat:
    kind = by_suffix(path)
    if kind is None:
        raise OutputError(f"{path} has no suffix of a picture format: choose --format from {_NAMES}.")
    return kind


def _check(
    path: Path, kind: PictureFormat, layout: PictureLayout, metadata: Metadata, quality: int | None
) -> None:
    """OutputError where the format cannot hold such a picture, InputError for a quality out of range."""
    if quality is not None and not 0 <= quality <= 100:
        raise InputError(f"--quality {quality} is out of range: choose a number from 0 to 100.")
    wide = max(layout.width, layout.height)
    way_out = f"choose --format {'tiff' if kind.name == 'png' else 'png'}"
    size = f"{layout.width} x {layout.height}"
    if wide > kind.side:
        raise OutputError(
            f"{path} cannot hold {size} pixels: {kind.name} ends at {kind.side:,} a side; {way_out}."
        )
    if layout.width * layout.height > kind.area:
        raise OutputError(
            f"{path} cannot hold {size} pixels: {kind.name} ends at {kind.area:,} in all; {way_out}."
        )
    if kind.name == "bmp" and bmp.file_size(layout) > kind.size:
        raise OutputError(f"{path} cannot hold {size} pixels: bmp ends at {kind.size:,} bytes; {way_out}.")
    if layout.has_alpha and not kind.alpha:
        raise OutputError(f"{path} cannot hold transparency: {kind.name} has none; {way_out} or webp.")
    if kind.name == "jpeg" and (part := encoders.too_much(metadata)):
        raise OutputError(
            f"{path} cannot hold the {part} of the source: it is longer than jpeg allows; {way_out}."
        )


@contextlib.contextmanager
def _writing(path: Path) -> Generator[BinaryIO]:
    with replacing(path) as partial:
        try:
            with partial.open("xb") as file:
                yield file
        except MemoryError as error:
            raise OutputError(f"{path} does not fit into memory; choose --format png.") from error


@contextlib.contextmanager
def _encoding(path: Path) -> Generator[None]:
    """Pillow's encoders raise more than OSError."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        raise OutputError(f"{path} could not be encoded ({error}); choose --format png.") from error
