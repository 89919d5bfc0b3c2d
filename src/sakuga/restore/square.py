"""Square pixels out of anamorphic ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from sakuga.engine.resample import resample, resample_bands
from sakuga.engine.wrapped import Wrapped
from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


class Squared(Wrapped):
    """Widens results whose samples are wide, and heightens those whose samples are tall; even sides."""

    def __init__(self, engine: FrameEngine, sar: Fraction) -> None:
        super().__init__(engine)
        self.sar = sar

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output for an input of this size."""
        new_width, new_height = self.engine.size(width, height)
        if self.sar > 1:
            return _even(new_width * self.sar), new_height
        return new_width, _even(new_height / self.sar)

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the result, top to bottom."""
        height, width = pixels.shape[:2]
        (old_width, old_height), (new_width, new_height) = (
            self.engine.size(width, height),
            self.size(width, height),
        )
        bands = self.engine.picture(pixels)
        return resample_bands(bands, (old_height, old_width), (new_height, new_width))

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        size: tuple[int, int] | None = None

        def measured() -> Iterator[Pixels]:
            nonlocal size
            for frame in frames:
                size = self.size(frame.shape[1], frame.shape[0])
                yield frame

        for result in self.engine.clip(measured()):
            assert size is not None, "an engine gives nothing before it has taken something"
            yield resample(result, size[1], size[0])


def _even(side: Fraction) -> int:
    return max(2, round(side / 2) * 2)
