"""Frames worth showing: spread over the file, with something on them, sharp, and no two alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import cv2
import numpy as np

from sakuga.errors import InputError
from sakuga.media.container import clock
from sakuga.media.excerpts import excerpts
from sakuga.media.frames import Pixels
from sakuga.media.picture import open_picture
from sakuga.media.video import open_video
from sakuga.metrics.blur import blur
from sakuga.metrics.luma import luma
from sakuga.restore.inspection import BLACK, kind_of, opaque

BEFORE, AFTER = 4, 1
"""Neighbours that a frame brings: a memory is warm after four frames, and a window looks one ahead."""
CHOICES = 3
"""Frames that are looked at for each that is shown."""
ALIKE, SAME = 6.0, 0.5
"""Mean difference in levels below which two frames are too alike, and below which they are one picture."""
LONGEST = 240
"""Frames of an animation that are looked at."""
AREA = 640 * 480
"""Pixels of a frame that are shown; of a larger one the part with the most detail."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame to show."""

    label: str
    """When it is shown, or the name of the picture."""
    clip: tuple[Pixels, ...]
    """The frame among its neighbours, all (H, W, 3)."""
    at: int
    """Which of `clip` it is."""

    @property
    def frame(self) -> Pixels:
        return self.clip[self.at]


def samples(path: Path, count: int) -> list[Sample]:
    """At most `count` frames of the picture or video `path`, in order, cropped to AREA.

    Raises InputError, naming `path`, where it cannot be read or holds no frame.
    """
    found = list(_from_video(path, count) if kind_of(path) == "video" else _from_picture(path, count))
    if not found:
        raise InputError(f"{path} holds no frame that can be decoded.")
    return [_cropped(sample) for sample in _best(found, count)]


def _from_video(path: Path, count: int) -> Iterator[Sample]:
    with open_video(path) as video:
        for run in excerpts(video, CHOICES * count, BEFORE + 1 + AFTER):
            times = [float(frame.pts * frame.time_base - video.info.origin) for frame in run]
            yield from _places(
                [frame.pixels for frame in run], [clock(t)[:-4] for t in times], CHOICES * count
            )


def _from_picture(path: Path, count: int) -> Iterator[Sample]:
    with open_picture(path) as picture:
        frames = [opaque(it.pixels, it.alpha) for it in islice(picture, LONGEST)]
        if picture.loop is None:
            yield Sample(path.name, (frames[0],), 0)
            return
    yield from _places(frames, [f"frame {index + 1}" for index in range(len(frames))], CHOICES * count)


def _places(frames: list[Pixels], labels: list[str], places: int) -> Iterator[Sample]:
    """The frame of an excerpt that has all its neighbours, or some spread over a clip that came whole."""
    excerpt = len(frames) <= BEFORE + 1 + AFTER
    few = min(places, len(frames))
    middles = (
        [min(BEFORE, len(frames) - 1)]
        if excerpt
        else [len(frames) * (2 * i + 1) // (2 * few) for i in range(few)]
    )
    for middle in middles:
        first = max(0, middle - BEFORE)
        yield Sample(labels[middle], tuple(frames[first : middle + AFTER + 1]), middle - first)


def _best(found: list[Sample], count: int) -> list[Sample]:
    """Of each part of the file its sharpest frame that is neither black nor shown already."""
    chosen: list[int] = []
    rank = sorted(range(len(found)), key=lambda index: _flaw(found[index].frame))
    parts = [[i for i in rank if i * count // len(found) == part] for part in range(count)]
    rounds = [*((part, ALIKE) for part in parts), *[(rank, ALIKE)] * count, *[(rank, SAME)] * count]
    for candidates, least in rounds:
        if len(chosen) < count:
            fresh = (i for i in candidates if _telling(found[i].frame) and _new(found, chosen, i, least))
            chosen += islice(fresh, 1)
    return [found[index] for index in sorted(chosen or rank[:1])]


def _flaw(frame: Pixels) -> float:
    return blur(luma(frame))


def _telling(frame: Pixels) -> bool:
    return float(np.std(luma(frame))) > BLACK


def _new(found: list[Sample], chosen: list[int], index: int, least: float) -> bool:
    small = _thumbnail(found[index].frame)
    return index not in chosen and all(
        np.abs(small - _thumbnail(found[other].frame)).mean() > least for other in chosen
    )


def _thumbnail(frame: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(cv2.resize(luma(frame), (32, 32), interpolation=cv2.INTER_AREA), np.float32)


def _cropped(sample: Sample) -> Sample:
    height, width = sample.frame.shape[:2]
    if height * width <= AREA:
        return sample
    rows = min(height, round((AREA * height / width) ** 0.5))
    columns = min(width, AREA // rows)
    top, left = _richest(sample.frame, rows, columns)
    here = np.s_[top : top + rows, left : left + columns]
    return Sample(sample.label, tuple(np.ascontiguousarray(frame[here]) for frame in sample.clip), sample.at)


def _richest(frame: Pixels, rows: int, columns: int) -> tuple[int, int]:
    """(top, left) of the window with the most change between pixels, on a grid of 16."""
    picture = luma(frame)
    detail = np.abs(np.diff(picture, axis=0))[:, :-1] + np.abs(np.diff(picture, axis=1))[:-1]
    total = np.asarray(cv2.integral(detail), np.float64)

    def inside(place: tuple[int, int]) -> float:
        top, left = place
        bottom, right = min(top + rows, len(detail)), min(left + columns, detail.shape[1])
        return float(total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left])

    height, width = picture.shape
    return max(product(range(0, height - rows + 1, 16), range(0, width - columns + 1, 16)), key=inside)
