"""The engine of a cluster's nodes, as far as it is needed where nothing is restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import EngineReport
    from sakuga.restore.node import Facts


class DistantEngine:
    """A FrameEngine that knows all about itself, but takes no frames."""

    def __init__(
        self, facts: Facts, report: EngineReport, plan: Callable[[tuple[int, int]], tuple[int, int]]
    ) -> None:
        """plan: (width, height) of frames to the tile (h, w) that fits into a node's memory."""
        self.scale, self.window, self.identity = facts.scale, facts.window, facts.identity
        self.report = report
        self._plan = plan

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        return self._plan((width, height))

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Nothing: each node does as was settled."""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output for an input of this size."""
        return max(1, round(width * self.scale)), max(1, round(height * self.scale))

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """Not here."""
        self._refuse(pixels)

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Not here."""
        self._refuse(frames)

    def _refuse(self, _: object) -> NoReturn:
        raise NotImplementedError("the nodes restore, not the process that orders")
