"""Black bars: lines of black on each side, which all pictures of a video have."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from sakuga.media.colour import Range, planes
from sakuga.media.frames import Pixels
from sakuga.media.probe import VideoInfo
from sakuga.media.samples import runs

_NOISE = 3.0
"""Levels of 255 by which the mean of a black line may be above black."""
_PEAKS = 14.0
"""The same for nearly all of its pixels."""
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

    def cut(self, picture: Pixels) -> Pixels:
        """(H, W, C) to what is between them."""
        width, height = self.inside(picture.shape[1], picture.shape[0])
        return np.ascontiguousarray(picture[self.top : self.top + height, self.left : self.left + width])

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
