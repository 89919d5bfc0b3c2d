"""Black bars: the network works on the picture between them, and they are put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sakuga.engine.resample import resample
from sakuga.engine.wrapped import Wrapped, paired
from sakuga.media.bars import Bars
from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

_LIT = 24.0
"""Levels of 255 that no place of a black bar reaches."""


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
        return self.engine.clip(map(self._bars.cut, frames))


def _place(before: int, after: int, room: int) -> int:
    """Where the picture begins, of `room` lines that the bars take together."""
    return round(room * before / (before + after)) if before + after else 0
