"""How fast, how long still: measured over the last seconds, because the first ones never tell."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 20.0
"""Seconds that a rate looks back."""


class Meter:
    """The rate of something that grows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, float]] = deque([(clock(), 0.0)])

    def mark(self, done: float) -> None:
        """Tell that `done` units are done by now."""
        now = self._clock()
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= WINDOW:
            self._marks.popleft()

    @property
    def per_second(self) -> float:
        """Units per second within the window; 0 before anything was done."""
        (before, was), (now, done) = self._marks[0], self._marks[-1]
        return (done - was) / (now - before) if now > before else 0.0

    def seconds_left(self, total: float | None) -> float | None:
        """Until `total` units are done at this rate; None while nobody can say."""
        if total is None or not self.per_second:
            return None
        return max(0.0, total - self._marks[-1][1]) / self.per_second
