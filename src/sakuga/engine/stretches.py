"""Cut a video into stretches that can be restored one without the other, at cuts where there are any."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sakuga.engine.cuts import MEMORY, CutDetector
from sakuga.media.frames import VideoFrame

SHORTEST = 48
"""Frames; a cut that comes sooner after a border makes no new one, so that action stays a few files."""
LONGEST = 240
"""Frames; what a power cut can cost."""
WARM_UP = 4
"""Frames that a network sees before a stretch that begins inside a shot; measured on AnimeSR v2, more than
four change its output no more."""
BEFORE = max(MEMORY + 1, WARM_UP)
"""Frames before a border that decide what comes after it."""

RULES = f"segments of {SHORTEST} to {LONGEST} frames, {WARM_UP} to warm up"
"""Work that was cut by other rules does not fit."""


@dataclass(frozen=True, slots=True)
class Context:
    """A frame that the network is to see."""

    frame: VideoFrame
    own: bool
    """False for one that belongs to a neighbour, whose result is dropped."""


class Stretches:
    """The stretches of `frames`, each with the frames around it that a network of this `window` needs.

    Where they begin follows from the frames alone: `start` is the number of the frame that a stretch is known
    to begin with, and `frames` begin up to BEFORE frames ahead of it. Iterating gives the number of the first
    frame of each; then either `feed()` or `skip()` takes its frames.
    """

    def __init__(self, frames: Iterable[VideoFrame], window: int, start: int = 0) -> None:
        self._frames = iter(frames)
        self._alone = window == 1
        self._is_cut = CutDetector()
        self._past: deque[VideoFrame] = deque(maxlen=0 if self._alone else WARM_UP)
        self._next: VideoFrame | None = None
        self._cut = False
        self._number = max(0, start - BEFORE) - 1
        for _ in range(self._number, start):
            self._advance()

    def __iter__(self) -> Iterator[int]:
        while self._next is not None:
            yield self._number

    def feed(self) -> Iterator[Context]:
        """The stretch, up to the next border."""
        if not self._cut:
            yield from [Context(frame, False) for frame in self._past]
        length = 0
        while self._next is not None and not self._ends(length):
            frame = self._next
            self._advance()
            length += 1
            yield Context(frame, True)
        if self._next is not None and not self._cut and not self._alone:
            yield Context(self._next, False)

    def skip(self, count: int) -> None:
        """Leave out the `count` frames of a stretch that is done."""
        for _ in range(count):
            self._advance()

    def _ends(self, length: int) -> bool:
        return length >= LONGEST or (self._cut and length >= SHORTEST)

    def _advance(self) -> None:
        if self._next is not None:
            self._past.append(self._next)
        self._next = next(self._frames, None)
        self._number += 1
        self._cut = self._next is not None and self._is_cut(self._next.pixels)
