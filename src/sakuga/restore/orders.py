"""Stretches of a video as orders to machines that see the source, but not what comes before and after."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sakuga.media.frames import VideoFrame
from sakuga.media.segment import Span
from sakuga.media.video import VideoFile
from sakuga.restore.stretches import WARM_UP, Context, Stretches


class OtherFrames(Exception):  # noqa: N818
    """A frame is not the one that was ordered."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame as whoever wrote the order saw it."""

    pts: int
    sum: int
    """CRC-32 of its pixels."""
    own: bool
    """See Context."""


@dataclass(frozen=True, slots=True)
class Order:
    """One stretch: every frame that the network is to see."""

    first: int
    """Number of its first own frame."""
    seen: tuple[Seen, ...]

    @property
    def number(self) -> int:
        """Of the first frame that the network is to see."""
        return self.first - next(index for index, seen in enumerate(self.seen) if seen.own)

    def context(self, frames: Iterable[VideoFrame]) -> Iterator[Context]:
        """`frames` for the network; raises OtherFrames at one that is not the very frame that was ordered."""
        given = iter(frames)
        for seen in self.seen:
            frame = next(given, None)
            if frame is None or (frame.pts, _sum(frame)) != (seen.pts, seen.sum):
                raise OtherFrames
            yield Context(frame, seen.own)


def orders(
    frames: Iterable[VideoFrame],
    window: int,
    start: int,
    finished: Mapping[int, Span],
    on_finished: Callable[[int], None],
) -> Iterator[Order]:
    """The stretches of `frames` that are not `finished`, for a network of this `window`; see Stretches.

    `on_finished` is told the number of frames of each that is.
    """
    cut = Stretches(frames, window, start)
    for first in cut:
        if span := finished.get(first):
            cut.skip(span.count)
            on_finished(span.count)
        else:
            yield Order(first, tuple(Seen(each.frame.pts, _sum(each.frame), each.own) for each in cut.feed()))


class Tape:
    """Frames of a video by number: forward, and a little way back, without winding to its beginning."""

    def __init__(self, video: VideoFile) -> None:
        self._video = video
        self._frames: Iterator[VideoFrame] = iter(())
        self._past: deque[VideoFrame] = deque(maxlen=WARM_UP + 1)
        self._next = -1
        """Number of the frame that comes next out of `_frames`."""

    def frames(self, number: int) -> Iterator[VideoFrame]:
        """From frame `number` on."""
        if not self._next - len(self._past) <= number or self._next < 0:
            self._frames, self._next = self._video.frames(number), number
            self._past.clear()
        while True:
            back = self._next - number
            if back <= 0:
                frame = next(self._frames, None)
                if frame is None:
                    return
                self._past.append(frame)
                self._next += 1
            if back >= 0:
                yield self._past[-back] if back else self._past[-1]
                number += 1


def _sum(frame: VideoFrame) -> int:
    return zlib.crc32(np.ascontiguousarray(frame.pixels).data)
