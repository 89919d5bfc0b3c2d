"""Turn the counts of one file after another into events with rates, and a share of the whole job."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sakuga.media.events import Count, OnEvent, Progressed, Started
from sakuga.media.meter import Meter
from sakuga.media.plan import Task

INTERVAL = 0.1
"""Seconds between two events."""
_VIDEO_WEIGHT = 20
"""How much more work a byte of video is than a byte of a picture: videos are packed that much tighter."""


class Tracker:
    """Where a job stands."""

    def __init__(
        self, tasks: Sequence[Task], on_event: OnEvent, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_event, self._clock = on_event, clock
        self._weights = [_weight(task) for task in tasks]
        self._tasks = tasks
        self._index = 0
        self._whole = Meter(clock)
        self._earlier = [0.0] * len(tasks)
        self._file = self._whole
        self._told = -INTERVAL

    def start(self, task: Task) -> None:
        """`task` begins; all before it are behind us, well or not."""
        self._index = self._tasks.index(task)
        self._file = Meter(self._clock)
        self._on_event(Started(task, self._index + 1, len(self._tasks)))

    def count(self, count: Count) -> None:
        """An OnCount for the task at hand."""
        now = self._clock()
        if now - self._told < INTERVAL and count.done != count.total:
            return
        self._told = now
        total = sum(self._weights)
        weight = self._weights[self._index]
        share, kept = ((it / count.total if count.total else 0.0) for it in (count.done, count.kept))
        behind = sum(self._weights[: self._index]) + min(share, 1.0) * weight
        self._earlier[self._index] = min(kept, 1.0) * weight
        earlier = sum(self._earlier)
        self._file.mark(count.done - count.kept)
        self._whole.mark(behind - earlier)
        self._on_event(
            Progressed(
                self._tasks[self._index],
                count,
                self._file.per_second,
                self._file.seconds_left(count.total and count.total - count.kept),
                behind / total,
                self._whole.seconds_left(total - earlier),
            )
        )


def _weight(task: Task) -> float:
    size = task.source.stat().st_size
    return max(1, size) * (_VIDEO_WEIGHT if task.kind == "video" else 1)
