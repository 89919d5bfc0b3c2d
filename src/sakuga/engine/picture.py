"""One picture file through an engine: a still in bands, an animation frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sakuga.engine import alpha
from sakuga.engine.bands import counted, side_by_side
from sakuga.engine.grey import to_grey, to_rgb
from sakuga.errors import OutputError
from sakuga.media.animation import Timed
from sakuga.media.events import Count, OnCount, ignore
from sakuga.media.formats import FORMATS, by_suffix
from sakuga.media.frames import Pixels
from sakuga.media.layout import Picture, PictureLayout
from sakuga.media.metadata import Metadata
from sakuga.media.origin import marked
from sakuga.media.picture import PictureFile, open_picture, write_animation, write_picture

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

Transparent = Callable[["FrameEngine", Pixels], Iterator[Pixels]]
"""What becomes of an alpha channel (H, W, 1): bands (rows, W', 1)."""
Finish = Callable[[Pixels, Pixels], Pixels]
"""A picture and what the engine made of it, (H, W, 3) of one size and depth, to what is kept of that."""


def redraw(
    engine: FrameEngine,
    source: Path,
    destination: Path,
    *,
    quality: int | None = None,
    transparent: Transparent = alpha.enlarge,
    finish: Finish | None = None,
    on_count: OnCount = ignore,
) -> int:
    """Make `destination`, whose suffix decides the format, of the picture file `source`; give its frames.

    finish: the last step, for engines that keep the size. Depth, grey, timing and metadata stay what they
    are; a PNG also tells which model made it. Raises InputError or OutputError, naming the file;
    `destination` appears only when it is whole.
    """
    with open_picture(source) as picture:
        if picture.count == 1:
            _still(engine, picture, destination, quality, transparent, finish, on_count)
        else:
            _frames(engine, picture, destination, quality, transparent, finish, on_count)
        return picture.count


def redrawn_bands(
    engine: FrameEngine,
    pixels: Pixels,
    transparency: Pixels | None,
    transparent: Transparent = alpha.enlarge,
    finish: Finish | None = None,
) -> Iterator[Pixels]:
    """Bands (rows, W', C) of what `engine` makes of one still.

    pixels: (H, W, 1) grey or (H, W, 3) RGB; transparency: (H, W, 1) of the same depth, or None. C is what
    came in: 1 or 3, and one more with transparency.
    """
    seen = _opaque(pixels, transparency)
    bands = engine.picture(seen) if finish is None else iter([finish(seen, _whole(engine.picture(seen)))])
    colours = map(to_grey, bands) if pixels.shape[2] == 1 else bands
    if transparency is None:
        return iter(colours)
    return side_by_side(colours, transparent(engine, transparency))


def redrawn_frames(
    engine: FrameEngine,
    frames: Iterable[Picture],
    transparent: Transparent = alpha.enlarge,
    finish: Finish | None = None,
) -> Iterator[Timed]:
    """Results of the frames of an animation, (H', W', C) each, with durations in ms; lazily, in order."""
    shown, timed = tee(frames)
    clip = engine.clip(_opaque(frame.pixels, frame.alpha) for frame in shown)
    for frame, made in zip(timed, clip, strict=True):
        colour = finish(_opaque(frame.pixels, frame.alpha), made) if finish else made
        pixels = to_grey(colour) if frame.pixels.shape[2] == 1 else colour
        if frame.alpha is not None:
            pixels = np.concatenate([pixels, _whole(transparent(engine, frame.alpha))], axis=2)
        yield pixels, frame.duration


def redrawn_pages(
    engine: FrameEngine,
    pages: Iterable[Picture],
    transparent: Transparent = alpha.enlarge,
    finish: Finish | None = None,
) -> Iterator[Timed]:
    """What `engine` makes of the pages of a TIFF; each is a picture of its own, of its own size."""
    for page in pages:
        yield _whole(redrawn_bands(engine, page.pixels, page.alpha, transparent, finish)), page.duration


def _whole(bands: Iterable[Pixels]) -> Pixels:
    return np.concatenate(list(bands))


def _opaque(pixels: Pixels, transparency: Pixels | None) -> Pixels:
    """What the network sees: RGB, with colour under what is transparent."""
    rgb = to_rgb(pixels)
    return rgb if transparency is None else alpha.bleed(rgb, transparency)


def _still(
    engine: FrameEngine,
    picture: PictureFile,
    destination: Path,
    quality: int | None,
    transparent: Transparent,
    finish: Finish | None,
    on_count: OnCount,
) -> None:
    (still,) = picture
    transparency = still.alpha
    if transparency is not None and _needs_none(destination, transparency):
        transparency = None
    width, height = engine.size(picture.width, picture.height)
    channels = still.pixels.shape[2] + (transparency is not None)
    bands = redrawn_bands(engine, still.pixels, transparency, transparent, finish)
    rows = counted(bands, lambda done: on_count(Count(done, height, "rows")))
    layout = PictureLayout(width, height, channels, picture.dtype)
    write_picture(destination, layout, rows, _metadata(engine, picture), quality=quality)


def _needs_none(destination: Path, transparency: Pixels) -> bool:
    """Whether a format without alpha loses nothing, because all is opaque."""
    kind = by_suffix(destination)
    return kind is not None and not kind.alpha and transparency.min() == np.iinfo(transparency.dtype).max


def _frames(
    engine: FrameEngine,
    picture: PictureFile,
    destination: Path,
    quality: int | None,
    transparent: Transparent,
    finish: Finish | None,
    on_count: OnCount,
) -> None:
    pages = picture.loop is None
    if pages and by_suffix(destination) is not FORMATS["tiff"]:
        raise OutputError(
            f"{picture.path} holds {picture.count} pages, which only TIFF can hold; choose --format tiff."
        )
    redrawn = redrawn_pages if pages else redrawn_frames

    def frames() -> Iterator[Timed]:
        for done, frame in enumerate(redrawn(engine, picture, transparent, finish), 1):
            yield frame
            on_count(Count(done, picture.count, "frames"))

    width, height = engine.size(picture.width, picture.height)
    layout = PictureLayout(width, height, picture.channels, picture.dtype)
    write_animation(destination, layout, frames(), picture.loop, _metadata(engine, picture), quality=quality)


def _metadata(engine: FrameEngine, picture: PictureFile) -> Metadata:
    """That of the source, and the model's name and sha256 where the format has a place for them."""
    report = engine.report
    if not report.weights:
        return picture.metadata
    return marked(picture.metadata, {"name": report.model, "files": dict(report.weights)})
