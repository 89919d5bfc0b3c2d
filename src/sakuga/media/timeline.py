"""When each decoded picture is shown: what the source tells, filled in where it tells nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from sakuga.errors import InputError
from sakuga.media.container import clock

_UNDATED = 32
"""Pictures without a time that may come before the first one that has one."""
_BACK, _AHEAD = 1.0, 3600.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A decoded picture and its place in time, in units of one clock."""

    frame: av.VideoFrame
    pts: int
    duration: int


def is_untimed(container: InputContainer, stream: VideoStream) -> bool:
    """Whether no times of presentation are stored: in AVI, and in Matroska tracks that were taken from AVI.

    Those that FFmpeg guesses are wrong for reordered pictures.
    """
    tag = stream.codec_context.codec_tag.strip("\0")
    return container.format.name == "avi" or ("matroska" in container.format.name and bool(tag))


def dated(
    frames: Iterable[av.VideoFrame], usual: int, untimed: bool
) -> Iterator[tuple[av.VideoFrame, int | None]]:
    """Each picture with its time, or None; those before the first time are counted back from it.

    Matroska tells no times below zero. usual: ticks from one picture to the next.
    """
    told = _arrival if untimed else _told
    frames, head = iter(frames), list[av.VideoFrame]()
    for frame in itertools.islice(frames, _UNDATED):
        head.append(frame)
        if told(frame) is not None:
            break
    time = told(head[-1]) if head else None
    if time is not None:
        time -= sum(frame.duration or usual for frame in head[:-1])
    for frame in head:
        yield frame, time
        if time is not None:
            time += frame.duration or usual
    for frame in frames:
        yield frame, told(frame)


def _told(frame: av.VideoFrame) -> int | None:
    return frame.pts if frame.pts is not None else frame.dts


def _arrival(frame: av.VideoFrame) -> int | None:
    """When the packet came that completed it."""
    return frame.dts if frame.dts is not None else frame.pts


class Timeline:
    """The time of each picture, strictly rising, filled in where a source has gaps in its timestamps."""

    def __init__(self, path: Path, time_base: Fraction, usual: int, untimed: bool) -> None:
        """usual: ticks from one picture to the next where nothing tells."""
        self._path, self._untimed = path, untimed
        self._time_base = time_base
        self._usual = max(usual, 1)
        self._next: int | None = None
        self._last: int | None = None

    def placed(self, frames: Iterable[av.VideoFrame]) -> Iterator[Placed]:
        """The pictures, each in its place; raises InputError where time jumps."""
        for frame, told in dated(frames, self._usual, self._untimed):
            yield Placed(frame, self._place(told, frame.duration or self._usual), frame.duration or 0)

    def _place(self, told: int | None, duration: int) -> int:
        pts = told if told is not None else self._next or 0
        if self._last is not None:
            self._check(pts, self._last)
            pts = max(pts, self._last + 1)
        self._last, self._next = pts, pts + duration
        return pts

    def _check(self, pts: int, last: int) -> None:
        """Refuse a jump that no film makes; broadcast clocks that jump back read as a day ahead."""
        if not -_BACK <= (pts - last) * self._time_base <= _AHEAD:
            when = clock(float(last * self._time_base))
            raise InputError(
                f"{self._path} jumps in time after {when}, as recordings glued together do;"
                " split it there, or rewrite its timestamps, and restore the parts."
            )
