"""Look at a film for stills: of each shot the frame on which most is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.curate.facts import Facts, Survey, shown
from sakuga.curate.shots import EVERY
from sakuga.engine.cuts import CutDetector
from sakuga.errors import InputError
from sakuga.media.bars import Bars, bars_of
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.media.probe import VideoInfo
from sakuga.media.small import small_frames
from sakuga.media.video import open_video
from sakuga.metrics.complexity import complexity
from sakuga.metrics.flatness import flatness
from sakuga.metrics.lettering import ROWS, TEXT, lettering
from sakuga.metrics.likeness import fingerprint
from sakuga.metrics.luma import Luma, resized, small

SIDE = 48
"""Pixels of a thumbnail's side."""
CHANGE = 3.0
"""Levels of 255 that change from one measured frame to the next but one in a dissolve, at least."""
BETWEEN = 0.35
"""Share of that change by which a frame of a dissolve is off the mean of those around it, at most."""


def of_shots(path: Path, crop: bool) -> Survey:
    """One frame of each shot of the video at `path`, of every tenth from its first: the one that scores best.

    One with lines of text on it, or in the middle of a dissolve, is taken only where all are so. Raises
    InputError where the video cannot be read.
    """
    with open_video(path) as video:
        info = video.info
    bars = bars_of(path, info) if crop else Bars()
    found = tuple(max(_ranked(shot)).seen.facts for shot in _shots(path, info, bars))
    if not found:
        raise InputError(f"{path} holds no frame that can be decoded.")
    return Survey.of(path, info, bars, found)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of a frame that was measured until its shot has ended."""

    facts: Facts
    thumbnail: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Sorted upwards; of equals the earlier one wins."""

    seen: _Seen
    dissolves: bool

    def __lt__(self, other: _Ranked) -> bool:
        return self._key < other._key

    @property
    def _key(self) -> tuple[bool, bool, float, int]:
        facts = self.seen.facts
        return facts.text < TEXT, not self.dissolves, facts.score or 0.0, -facts.pts


def _ranked(shot: Sequence[_Seen]) -> Iterator[_Ranked]:
    around = [shot[0], *shot, shot[-1]]
    for before, now, after in zip(around, shot, around[2:], strict=False):
        yield _Ranked(now, dissolves(before.thumbnail, now.thumbnail, after.thumbnail))


def dissolves(before: NDArray[np.uint8], now: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    """Whether a thumbnail is nearly the mean of an earlier and a later one that differ, as in a dissolve."""
    first, middle, last = (each.astype(np.float32) for each in (before, now, after))
    change = float(np.abs(last - first).mean())
    return change > CHANGE and float(np.abs(middle - (first + last) / 2).mean()) < BETWEEN * change


def _shots(path: Path, info: VideoInfo, bars: Bars) -> Iterator[list[_Seen]]:
    """What was measured of each shot, of every tenth frame from its first."""
    rows = -(-ROWS * info.height // bars.inside(info.width, info.height)[1])
    cut, shot, passed = CutDetector(), list[_Seen](), 0
    for number, frame in enumerate(small_frames(path, info, rows)):
        if cut(frame.pixels):
            yield shot
            shot, passed = [], 0
        if not passed % EVERY:
            shot.append(_measured(frame, number, info, bars))
        passed += 1
    if shot:
        yield shot


def _measured(frame: VideoFrame, number: int, info: VideoInfo, bars: Bars) -> _Seen:
    inside = _smaller(bars, frame.pixels, info).cut(frame.pixels)
    picture = small(inside)
    facts = Facts(
        frame.pts,
        shown(frame.pts, info),
        score=round(complexity(picture), 6),
        flatness=round(flatness(picture), 4),
        likeness=fingerprint(picture),
        number=number,
        text=round(lettering(inside), 4),
    )
    return _Seen(facts, _thumbnail(picture))


def _thumbnail(picture: Luma) -> NDArray[np.uint8]:
    return np.rint(resized(picture, SIDE, SIDE)).astype(np.uint8)


def _smaller(bars: Bars, pixels: Pixels, info: VideoInfo) -> Bars:
    """The same bars on a frame that was made smaller, with what is left of their edges."""
    high, wide = pixels.shape[0] / info.height, pixels.shape[1] / info.width
    sides = ((bars.top, high), (bars.bottom, high), (bars.left, wide), (bars.right, wide))
    return Bars(*(int(np.ceil(lines * scale)) for lines, scale in sides))
