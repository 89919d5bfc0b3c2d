"""Cut a video into stretches that can be restored one without the other, at cuts where there are any."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sakuga.engine.cuts import MEMORY, CutDetector
from sakuga.engine.shots import shown
from sakuga.media.frames import VideoFrame
from sakuga.media.segment import Span

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
class _Placed:
    frame: VideoFrame
    cut: bool
    anchor: VideoFrame | None
    """The frame that stands for the shot, where one has to."""


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

    by_shot: every cut is a border, so that a stretch is of one shot, and where it does not begin with the
    frame that stands for its shot, see `engine.shots`, it gets that first, as a neighbour. Then `start` is
    one that `beginning` gives.
    """

    def __init__(
        self, frames: Iterable[VideoFrame], window: int, start: int = 0, *, by_shot: bool = False
    ) -> None:
        self._frames = _by_shot(frames) if by_shot else _as_they_are(frames)
        self._shortest = 1 if by_shot else SHORTEST
        self._alone, self._looks_ahead = window == 1, window > 2
        self._past: deque[VideoFrame] = deque(maxlen=0 if self._alone else WARM_UP)
        self._next: _Placed | None = None
        self._number = max(0, start - BEFORE) - 1
        for _ in range(self._number, start):
            self._advance()

    def __iter__(self) -> Iterator[int]:
        while self._next is not None:
            yield self._number

    def feed(self) -> Iterator[Context]:
        """The stretch, up to the next border."""
        if self._next is not None:
            yield from self._before(self._next)
        length = 0
        while self._next is not None and not self._ends(self._next, length):
            frame = self._next.frame
            self._advance()
            length += 1
            yield Context(frame, True)
        if self._next is not None and not self._next.cut and self._looks_ahead:
            yield Context(self._next.frame, False)

    def skip(self, count: int) -> None:
        """Leave out the `count` frames of a stretch that is done."""
        for _ in range(count):
            self._advance()

    def _before(self, first: _Placed) -> Iterator[Context]:
        if first.anchor is not None and first.anchor is not first.frame:
            yield Context(first.anchor, False)
        if not first.cut:
            yield from [Context(frame, False) for frame in self._past]

    def _ends(self, following: _Placed, length: int) -> bool:
        return length >= LONGEST or (following.cut and length >= self._shortest)

    def _advance(self) -> None:
        if self._next is not None:
            self._past.append(self._next.frame)
        self._next = next(self._frames, None)
        self._number += 1


def beginning(spans: Iterable[Span]) -> int:
    """The first frame of the last stretch, done or not, that surely begins with a cut; spans: without a gap.

    Only one that is as long as it may be can end within a shot.
    """
    begins = 0
    for span in spans:
        if span.count < LONGEST:
            begins = span.first + span.count
    return begins


def _as_they_are(frames: Iterable[VideoFrame]) -> Iterator[_Placed]:
    is_cut = CutDetector()
    return (_Placed(frame, is_cut(frame.pixels), None) for frame in frames)


def _by_shot(frames: Iterable[VideoFrame]) -> Iterator[_Placed]:
    for each in shown(frames, lambda frame: frame.pixels):
        yield _Placed(each.item, each.fresh, each.anchor)
