"""Find the frames of a list in a film, by their numbers or by the times at which they are on show."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

from sakuga.curate.facts import Facts, Survey, shown
from sakuga.curate.framelist import Wanted
from sakuga.errors import InputError
from sakuga.media.bars import Bars, bars_of
from sakuga.media.container import clock
from sakuga.media.probe import VideoInfo
from sakuga.media.stamps import stamped
from sakuga.media.video import open_video

_TICK = Fraction(1, 1000)
"""Seconds by which a time that people write may be before its frame: clocks show so many digits."""


def listed(path: Path, wanted: Sequence[Wanted], crop: bool) -> Survey:
    """The frames of the video at `path` that a list asks for, each once, in order of time; none is scored.

    Raises InputError where the video cannot be read, and, naming the place in the list, for a frame that it
    does not have.
    """
    with open_video(path) as video:
        info = video.info
    if not wanted:
        return Survey.of(path, info, Bars(), (), (f"The list asks for no frame of {path}.",))
    found = tuple(_found(path, info, wanted))
    return Survey.of(path, info, bars_of(path, info) if crop else Bars(), found)


def _found(path: Path, info: VideoInfo, wanted: Sequence[Wanted]) -> Iterator[Facts]:
    """The frames that are wanted, by number or by the time at which they are on show."""
    times = _timeline(path, info, wanted)
    if not times:
        raise InputError(f"{path} holds no frame that can be decoded.")
    numbers = {_number(path, each, times, info) for each in wanted}
    for number in sorted(numbers):
        yield Facts(times[number], shown(times[number], info), number=number)


def _timeline(path: Path, info: VideoInfo, wanted: Sequence[Wanted]) -> list[int]:
    """The pts of all frames up to the last that is wanted, and of one more."""
    highest = max((each.number for each in wanted if each.number is not None), default=-1)
    latest = max((each.time for each in wanted if each.time is not None), default=Fraction(-1))
    times: list[int] = []
    for _, pts in stamped(path, info):
        times.append(pts)
        if len(times) > highest + 1 and pts * info.time_base - info.origin > latest + _TICK:
            break
    return times


def _number(path: Path, wanted: Wanted, times: Sequence[int], info: VideoInfo) -> int:
    if wanted.number is not None:
        if wanted.number < len(times):
            return wanted.number
        asked = f"frame {wanted.number}"
    else:
        assert wanted.time is not None, "a number or a time"
        target = (wanted.time + _TICK + info.origin) / info.time_base
        if target < times[-1] + _length(times) + _TICK / info.time_base:
            return max(0, bisect_left(times, target) - 1)
        asked = f"frame at {clock(float(wanted.time))}"
    raise InputError(
        f"{wanted.where}: {path} has no {asked}; it has {len(times)} frames, the last at"
        f" {clock(shown(times[-1], info))}. Numbers and times hold for the same file alone."
    )


def _length(times: Sequence[int]) -> float:
    """For how long the last frame is taken to be on show: as long as most are."""
    return median([later - pts for pts, later in pairwise(times)]) if len(times) > 1 else 1
