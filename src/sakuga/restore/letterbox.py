"""Black bars: the network works on the picture between them, and they are put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.engine.resample import resample
from sakuga.media.colour import Range, planes
from sakuga.media.frames import Pixels
from sakuga.media.probe import VideoInfo
from sakuga.media.samples import runs
from sakuga.restore.wrapped import Wrapped, paired

if TYPE_CHECKING:
    from sakuga.engine.engine import FrameEngine

_NOISE = 3.0
"""Levels of 255 by which the mean of a black line may be above black."""
_PEAKS = 14.0
"""The same for nearly all of its pixels."""
_LIT = 24.0
"""Levels of 255 that no place of a black bar reaches."""
_EVIDENCE = 4
"""Frames with a picture in them that a verdict needs."""
_BLUR = 4
"""Lines by which the edge of a bar may vary, as codecs smear it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Lines of black on each side of every picture."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def __bool__(self) -> bool:
        return any(astuple(self))

    def inside(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of what is between them."""
        return width - self.left - self.right, height - self.top - self.bottom

    @property
    def sentence(self) -> str:
        """The sides and their lines: `60 lines above, 60 below`."""
        sides = zip(astuple(self), ("above", "below", "on the left", "on the right"), strict=True)
        return ", ".join(f"{lines} {side}" for lines, side in sides if lines)


def bars_of(path: Path, info: VideoInfo) -> Bars:
    """The bars that all frames looked at have; none on a side where any frame has something in them."""
    if info.chroma == "rgb":
        return Bars()
    black = 0.0 if info.colour.range is Range.FULL else 16.0
    edges = [found for run in runs(path) for frame in run[::5] if (found := _edges(frame, black))]
    return agreed(edges, info.width, info.height)


def agreed(edges: list[tuple[int, int, int, int]], width: int, height: int) -> Bars:
    """Bars from the black lines (top, bottom, left, right) of many frames."""
    if len(edges) < _EVIDENCE:
        return Bars()
    least, usual = np.min(edges, 0), np.median(edges, 0)
    wanted = np.maximum(8, np.array([height, height, width, width]) / 50)
    kept = np.where((least >= wanted) & (least >= usual - _BLUR), least, 0)
    return Bars(*(int(lines) for lines in kept))


def _edges(frame: av.VideoFrame, black: float) -> tuple[int, int, int, int] | None:
    """Black lines on each side; None for a frame without a picture, such as a fade's last."""
    unit = 1 << (frame.format.components[0].bits - 8)
    luma = (planes(frame)[0] / unit - black).astype(np.float32)
    wide, high = luma[:, ::4], np.ascontiguousarray(luma[::4].T)
    sides = [_run(part) for part in (wide, wide[::-1], high, high[::-1])]
    top, bottom, left, right = sides
    if top + bottom > 0.6 * luma.shape[0] or left + right > 0.6 * luma.shape[1]:
        return None
    return top, bottom, left, right


def _run(luma: NDArray[np.float32]) -> int:
    """How many lines from the first on are black."""
    dark = (luma.mean(1) < _NOISE) & (np.quantile(luma, 0.995, axis=1) < _PEAKS)
    return len(dark) if dark.all() else int(np.argmin(dark))


class Letterboxed(Wrapped):
    """Gives the engine inside what is between the bars, and puts black around its results.

    A frame with something in its bars, such as a subtitle, has them resampled instead: nothing is lost.
    """

    def __init__(self, engine: FrameEngine, bars: Bars) -> None:
        super().__init__(engine)
        self.bars = bars

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that what is between the bars is cut into."""
        return self.engine.tile(*self.bars.inside(width, height))

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Cut what is between the bars into tiles of (h, w)."""
        self.engine.settle(*self.bars.inside(width, height), tile)

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to one band (H', W', 3)."""
        return self.clip([pixels])

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        for result, source in paired(_Inside(self.engine, self.bars), frames):
            yield self._framed(result, source)

    def _framed(self, result: Pixels, source: Pixels) -> Pixels:
        width, height = self.size(source.shape[1], source.shape[0])
        if self._black(source):
            canvas = np.zeros((height, width, 3), result.dtype)
        else:
            canvas = resample(source, height, width)
        top = _place(self.bars.top, self.bars.bottom, height - result.shape[0])
        left = _place(self.bars.left, self.bars.right, width - result.shape[1])
        canvas[top : top + result.shape[0], left : left + result.shape[1]] = result
        return canvas

    def _black(self, source: Pixels) -> bool:
        bars, lit = self.bars, _LIT / 255 * np.iinfo(source.dtype).max
        parts = (
            source[: bars.top],
            source[len(source) - bars.bottom :],
            source[:, : bars.left],
            source[:, source.shape[1] - bars.right :],
        )
        return all(float(np.max(cv2.blur(part, (3, 3)))) < lit for part in parts if part.size)


class _Inside(Wrapped):
    """The engine on what is between the bars; it still takes whole frames."""

    def __init__(self, engine: FrameEngine, bars: Bars) -> None:
        super().__init__(engine)
        self._bars = bars

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        return self.engine.clip(map(self._cut, frames))

    def _cut(self, frame: Pixels) -> Pixels:
        width, height = self._bars.inside(frame.shape[1], frame.shape[0])
        top, left = self._bars.top, self._bars.left
        return np.ascontiguousarray(frame[top : top + height, left : left + width])


def _place(before: int, after: int, room: int) -> int:
    """Where the picture begins, of `room` lines that the bars take together."""
    return round(room * before / (before + after)) if before + after else 0
