"""Restore the segments of a video in this process, and in those of a crew where there is one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.media.codecs import Encoding
from sakuga.media.events import OnCount
from sakuga.media.frames import VideoFrame
from sakuga.restore import stretches
from sakuga.restore.crew import Crew
from sakuga.restore.pipeline import Stages, overlap
from sakuga.restore.progress import Progress
from sakuga.restore.reel import Reel, Restored
from sakuga.restore.stretches import Stretches
from sakuga.restore.treatment import Treatment
from sakuga.restore.work import WorkFolder

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

_LOOK = 0.1
"""Seconds between two looks at what the crew has done."""


class Maker:
    """Restores here; see `Hands`."""

    def __init__(self, crew: Crew | None = None) -> None:
        self._crew = crew or Crew(None, 0)

    def make(self, reel: Reel, work: WorkFolder, progress: Progress) -> None:
        """Add every segment to `work` that it lacks."""
        shift = _Shift(reel, work, progress, self._crew)
        with self._crew:
            shift.run()
            while self._crew.at_work:
                time.sleep(_LOOK)
                shift.tell()
        work.gather()
        if not reel.video.cut_off and work.ahead() < (reel.video.decoded or 0):
            _Shift(reel, work, progress, Crew(None, 0)).run()


def help_with(
    engine: FrameEngine,
    source: Path,
    destination: Path,
    encoding: Encoding,
    treatment: Treatment,
    on_count: OnCount,
) -> None:
    """Restore segments that nobody else has claimed of a video that another process restores."""
    with treatment.open(source) as video:
        reel = Reel(engine, video, destination, encoding, treatment)
        work = WorkFolder.joined(destination, reel.parts())
        reel.settle(work.settled(reel.planned()))
        _Shift(reel, work, Progress(None, on_count), Crew(None, 0)).run()


class _Shift:
    """One run over the source, from the first frame that is missing on."""

    def __init__(self, reel: Reel, work: WorkFolder, progress: Progress, crew: Crew) -> None:
        self._reel, self._work, self._progress, self._crew = reel, work, progress, crew
        self._start = work.ahead()
        self._stages = Stages()
        progress.begin(self._start)

    def run(self) -> None:
        overlap(self._frames, self._network, self._encode, self._stages)

    def tell(self, *, done: int = 0, kept: int = 0) -> None:
        self._progress.tell(self._stages.bottleneck, done=done, kept=kept, others=self._crew.done)

    def _frames(self) -> Iterator[VideoFrame]:
        return self._reel.video.frames(max(0, self._start - stretches.BEFORE))

    def _network(self, frames: Iterable[VideoFrame]) -> Iterator[Restored]:
        cut = Stretches(frames, self._reel.engine.window, self._start)
        for first in cut:
            if span := self._work.finished.get(first):
                cut.skip(span.count)
                self.tell(kept=span.count)
            elif self._work.claim(first):
                for item in self._reel.restored(first, cut.feed()):
                    yield item
                    if item.frame is not None:
                        self.tell(done=1)
            else:
                deque(cut.feed(), 0)

    def _encode(self, items: Iterable[Restored]) -> None:
        items = iter(items)
        for item in items:
            self._reel.write(self._work.segment(item.first), item, items)
            self._work.add(item.first)
