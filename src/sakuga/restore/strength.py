"""How strongly a network works: its result blended with a plain resample of the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sakuga.engine.bands import together
from sakuga.engine.resample import resample, resample_bands
from sakuga.media.frames import Pixels
from sakuga.restore.wrapped import Wrapped, paired

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

_ROWS = 64


class Blended(Wrapped):
    """`strength` of the engine's result and the rest of a Lanczos resample of its source."""

    def __init__(self, engine: FrameEngine, strength: float) -> None:
        super().__init__(engine)
        self.strength = strength

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the blend, top to bottom."""
        height, width = pixels.shape[:2]
        new_width, new_height = self.size(width, height)
        rows = (pixels[top : top + _ROWS] for top in range(0, height, _ROWS))
        plain = resample_bands(rows, (height, width), (new_height, new_width))
        for result, source in together(self.engine.picture(pixels), plain):
            yield self._blend(result, source)

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many blends, lazily and in order."""
        for result, source in paired(self.engine, frames):
            yield self._blend(result, resample(source, *result.shape[:2]))

    def _blend(self, result: Pixels, plain: Pixels) -> Pixels:
        blend = cv2.addWeighted(result, self.strength, plain, 1 - self.strength, 0)
        return np.asarray(blend, result.dtype).reshape(result.shape)
