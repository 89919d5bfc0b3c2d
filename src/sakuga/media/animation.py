"""The frames of an animation as the rectangles that change, with their times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sakuga.media.layout import eight_bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sakuga.media.frames import Pixels
    from sakuga.media.layout import PictureLayout

Timed = tuple["Pixels", float]
"""A frame (H, W, channels) and the milliseconds that it is shown."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The rectangle of a frame that differs from the canvas before it."""

    x: int
    y: int
    pixels: Pixels
    """Shape (h, w, channels)."""
    changed: NDArray[np.bool_]
    """Shape (h, w); False where the canvas already shows the pixel."""
    duration: float
    """Milliseconds."""


def patches(frames: Iterable[Timed], align: int = 1) -> Iterator[Patch]:
    """What changes from frame to frame; a frame without change is a patch of one unchanged corner.

    The first patch is the whole first frame. `align` is what x and y are multiples of.
    """
    before: Pixels | None = None
    for frame, duration in frames:
        changed = np.ones(frame.shape[:2], np.bool_) if before is None else (frame != before).any(axis=2)
        yield patch(frame, changed, duration, align)
        before = frame


def patch(frame: Pixels, shown: NDArray[np.bool_], duration: float, align: int = 1) -> Patch:
    """The smallest rectangle of `frame` that holds all of `shown`."""
    (top, bottom), (left, right) = _extent(shown, 0, align), _extent(shown, 1, align)
    box = (slice(top, bottom), slice(left, right))
    return Patch(left, top, frame[box], shown[box], duration)


def _extent(shown: NDArray[np.bool_], axis: int, align: int) -> tuple[int, int]:
    places = np.flatnonzero(shown.any(axis=1 - axis))
    if not len(places):
        return 0, 1
    return int(places[0]) // align * align, int(places[-1]) + 1


def fitting(frames: Iterable[Timed], layout: PictureLayout, longest: float) -> Iterator[Timed]:
    """The frames, checked and at 8 bits; one that is shown longer than the format can say is repeated."""
    pixels = None
    for frame, duration in frames:
        if frame.shape != (layout.height, layout.width, layout.channels) or frame.dtype != layout.dtype:
            raise ValueError(f"a frame of shape {frame.shape}, {frame.dtype} does not fit {layout}")
        pixels = eight_bits(frame)
        while duration > longest:
            yield pixels, longest
            duration -= longest
        yield pixels, duration
    if pixels is None:
        raise ValueError("an animation has at least one frame")


class Clock:
    """Rounds durations to whole ticks; errors never add up, so that the sum stays that of the originals."""

    def __init__(self, tick: float) -> None:
        self._tick = tick
        self._time = 0.0
        self._ticks = 0

    def ticks(self, duration: float) -> int:
        """The whole number of ticks that the next frame is shown."""
        self._time += duration
        count = round(self._time / self._tick) - self._ticks
        self._ticks += count
        return count
