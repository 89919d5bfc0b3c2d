"""Sixteen bits through the engine for results that are stored deeper than their source: no bands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from sakuga.engine.wrapped import Wrapped
from sakuga.media.frames import Pixels


class Deepened(Wrapped):
    """Gives the engine inside 16 bits for 8, so that its results are not rounded to 8."""

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3), uint8 or uint16, to bands (rows, W', 3), uint16."""
        return self.engine.picture(deepened(pixels))

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results of uint16, lazily and in order."""
        return self.engine.clip(map(deepened, frames))


def deepened(pixels: Pixels) -> Pixels:
    """The same colours in uint16: 255 becomes 65535."""
    return pixels.astype(np.uint16) * np.uint16(257) if pixels.dtype == np.uint8 else pixels
