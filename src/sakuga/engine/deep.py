"""Sixteen bits through the engine for results that are stored deeper than their source: no bands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from sakuga.engine.wrapped import Wrapped
from sakuga.media.codecs import Encoding, layout_for
from sakuga.media.frames import Pixels
from sakuga.media.probe import VideoInfo

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


class Deepened(Wrapped):
    """Gives the engine inside 16 bits for 8, so that its results are not rounded to 8."""

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3), uint8 or uint16, to bands (rows, W', 3), uint16."""
        return self.engine.picture(deepened(pixels))

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results of uint16, lazily and in order."""
        return self.engine.clip(map(deepened, frames))


def deep_enough(engine: FrameEngine, info: VideoInfo, encoding: Encoding) -> FrameEngine:
    """`engine`, deepened where its results of a video are stored with more bits than the video has."""
    width, height = engine.size(info.width, info.height)
    stored = layout_for(encoding, info.chroma, info.depth, width, height)[1]
    return Deepened(engine) if info.depth == 8 and stored > 8 else engine


def deepened(pixels: Pixels) -> Pixels:
    """The same colours in uint16: 255 becomes 65535."""
    return pixels.astype(np.uint16) * np.uint16(257) if pixels.dtype == np.uint8 else pixels
