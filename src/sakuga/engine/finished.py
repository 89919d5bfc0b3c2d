"""An engine whose results get a last step, which sees what they were made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from sakuga.engine.wrapped import Wrapped, paired, whole
from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

Finish = Callable[[Pixels, Pixels], Pixels]
"""A picture and what the engine made of it, (H, W, 3) of one size and depth, to what is kept of that."""


class Finished(Wrapped):
    """Every result goes through `finish`; the engine inside keeps the size. A still is held whole."""

    def __init__(self, engine: FrameEngine, finish: Finish) -> None:
        super().__init__(engine)
        self._finish = finish

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to one band of the same size."""
        yield self._finish(pixels, whole(self.engine.picture(pixels)))

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        for result, source in paired(self.engine, frames):
            yield self._finish(source, result)
