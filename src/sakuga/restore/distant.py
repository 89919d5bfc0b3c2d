"""The engine of a cluster's nodes, as far as it is needed where nothing is restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from sakuga.media.frames import Pixels
from sakuga.restore.node import Facts, Made

if TYPE_CHECKING:
    from sakuga.engine.engine import EngineReport


class DistantEngine:
    """A FrameEngine that knows all about itself, but takes no frames."""

    def __init__(self, facts: Facts, plan: Callable[[int, int], tuple[int, int]], note: str) -> None:
        """plan: (width, height) of frames to the tile (h, w) that fits into a node's memory."""
        self.scale, self.window, self.identity = facts.scale, facts.window, facts.identity
        self._plan = plan
        self._report = replace(facts.report, notes=(*facts.report.notes, note))
        self._workers: dict[str, tuple[int, EngineReport]] = {}
        """Frames that each has restored, and what it told last."""

    @property
    def report(self) -> EngineReport:
        """Of all nodes together."""
        return self._report

    def learn(self, made: Made) -> None:
        """Take in what a worker tells of itself with each segment."""
        frames, _ = self._workers.get(made.worker, (0, made.report))
        self._workers[made.worker] = (frames + made.frames, made.report)
        total = sum(frames for frames, _ in self._workers.values())
        self._report = replace(
            self._report,
            drift=sum(frames * report.drift for frames, report in self._workers.values()) / total,
            reused=sum(frames * report.reused for frames, report in self._workers.values()) / total,
            notes=tuple(dict.fromkeys((*self._report.notes, *made.report.notes))),
        )

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        return self._plan(width, height)

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
