"""Choose clips with motion, as AnimeSR chose those of AVC: 100 frames that neither stand still nor are black.

Source: section 4 of Wu et al., NeurIPS 2022, and its published script, with thresholds that mean something.
There flow was computed on levels instead of shares of white, so that its numbers hold for that mistake alone,
a steady pan counted as frozen, the last shot was lost, and clips could hold a cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sakuga.curate.settings import demand_workers
from sakuga.curate.shots import Reel
from sakuga.errors import InputError

LENGTH = 100
FROZEN = 0.2
"""Pixels a frame, at 1,000 rows, that the mean motion of a shot must reach: 0.14 at 720 rows."""
FAST = 0.1
"""Share of the height a frame from which faster motion counts no more."""


@dataclass(frozen=True, slots=True)
class ClipSettings:
    """What clips are wanted; InputError names the flag of a value that cannot be."""

    count: int = 1
    """Of one video."""
    length: int = LENGTH
    """Frames."""
    across_shots: bool = False
    """Whether a clip may go on in the next shot that moves, as the published ones do."""
    frames: bool = False
    """Whether their frames are written; else the list is all."""
    licence: str = ""
    """Goes into every line of the manifest."""
    workers: int | None = None
    """Processes; None: one, or one for each core of the cluster."""
    cluster: str | None = None
    """Address of a Ray cluster, see `engine.cluster.connected`; None: this machine does it."""

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(f"--count is {self.count}; it is a number of clips, 1 or more.")
        if self.length < 2:
            raise InputError(f"--length is {self.length}; it is a number of frames, 2 or more.")
        demand_workers(self.workers)


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames that belong together."""

    members: tuple[int, ...]
    """Their numbers in the video, from 0; in a row, unless clips may go across shots."""
    pts: int
    """Of the first one, on the file's own clock."""
    motion: float
    """Mean length of motion, in pixels of the stored picture a frame."""
    complexity: float
    score: float
    """0..1: half motion of the fastest things against FAST, half complexity."""

    @property
    def part(self) -> str:
        """All of each frame."""
        return ""

    def to_json(self) -> list[Any]:
        """What its frames depend on."""
        return [self.pts, list(self.members)]


def clips(reel: Reel, settings: ClipSettings) -> list[Clip]:
    """The best clips of a video, the best one first; none where no shot that moves is long enough."""
    runs = [list(_lit(reel, shot)) for shot in reel.shots() if not _is_frozen(reel, shot)]
    if settings.across_shots:
        runs = [[index for run in runs for index in run]]
    else:
        runs = [part for run in runs for part in _unbroken(run)]
    found = [
        _clip(reel, run[begin : begin + settings.length])
        for run in runs
        for begin in range(0, len(run) - settings.length + 1, settings.length)
    ]
    return sorted(found, key=lambda clip: -clip.score)[: settings.count]


def _is_frozen(reel: Reel, shot: range) -> bool:
    """Whether nothing, or next to nothing, moves in it; the first frame has nothing to move from."""
    moved = [reel.frames[index].mean for index in shot[1:]]
    return not moved or fmean(moved) < FROZEN * reel.height / 1000


def _lit(reel: Reel, shot: range) -> Iterator[int]:
    return (index for index in shot if not reel.frames[index].flat)


def _unbroken(run: Sequence[int]) -> list[list[int]]:
    """Split where a black frame was taken out."""
    parts: list[list[int]] = []
    for index in run:
        if parts and parts[-1][-1] == index - 1:
            parts[-1].append(index)
        else:
            parts.append([index])
    return parts


def _clip(reel: Reel, members: Sequence[int]) -> Clip:
    frames = [reel.frames[index] for index in members]
    busy = [frame.complexity for frame in frames if frame.complexity is not None]
    complexity = fmean(busy) if busy else 0.0
    fast = fmean(min(1.0, frame.peak / (FAST * reel.height)) for frame in frames[1:])
    motion = fmean(frame.mean for frame in frames[1:])
    return Clip(
        tuple(members),
        frames[0].pts,
        round(motion, 3),
        round(complexity, 4),
        round((fast + complexity) / 2, 6),
    )
