"""An engine with a step before or after it; each is an engine itself, so that they stack."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import EngineReport, FrameEngine


class Wrapped:
    """A FrameEngine that does what the engine inside does; steps override what they change."""

    def __init__(self, engine: FrameEngine) -> None:
        self.engine = engine

    @property
    def scale(self) -> float:
        """Output side / input side."""
        return self.engine.scale

    @property
    def report(self) -> EngineReport:
        """What the engine inside tells of itself."""
        return self.engine.report

    @property
    def window(self) -> int:
        """Frames that one step of the network sees."""
        return self.engine.window

    @property
    def identity(self) -> str:
        """Of the engine inside and the step around it."""
        return f"{type(self).__name__} {self.engine.identity}"

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        return self.engine.tile(width, height)

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Cut frames of this size into tiles of (h, w)."""
        self.engine.settle(width, height, tile)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output for an input of this size."""
        return self.engine.size(width, height)

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the result, top to bottom."""
        return self.engine.picture(pixels)

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        return self.engine.clip(frames)


def paired(engine: FrameEngine, frames: Iterable[Pixels]) -> Iterator[tuple[Pixels, Pixels]]:
    """Each result of the clip with the frame that it came from."""
    waiting: deque[Pixels] = deque()

    def noted() -> Iterator[Pixels]:
        for frame in frames:
            waiting.append(frame)
            yield frame

    for result in engine.clip(noted()):
        yield result, waiting.popleft()


def whole(bands: Iterable[Pixels]) -> Pixels:
    """One picture of its bands."""
    parts = list(bands)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
