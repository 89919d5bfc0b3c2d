"""Frames worth showing: spread over the file, with something on them, sharp, and no two alike."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import cv2
import numpy as np

from sakuga.errors import InputError
from sakuga.media.container import clock
from sakuga.media.excerpts import come_whole, excerpts
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
    return _best(found, count)


def _from_video(path: Path, count: int) -> Iterator[Sample]:
    places, length = CHOICES * count, BEFORE + 1 + AFTER
    with open_video(path) as video:
        info = video.info
        whole = come_whole(info, places, length)
        middles = _spread(info.frames or places * length, places) if whole else {BEFORE}
        for run in excerpts(video, places, length):
            times = ((frame.pixels, float(frame.pts * frame.time_base - info.origin)) for frame in run)
            yield from _places(((pixels, clock(time)[:-4]) for pixels, time in times), middles)


def _from_picture(path: Path, count: int) -> Iterator[Sample]:
    with open_picture(path) as picture:
        still = picture.loop is None
        total = 1 if still else min(picture.count, LONGEST)
        frames = (opaque(it.pixels, it.alpha) for it in islice(picture, total))
        labels = (path.name if still else f"frame {index + 1}" for index in range(total))
        yield from _places(zip(frames, labels, strict=True), _spread(total, CHOICES * count))


def _spread(total: int, places: int) -> set[int]:
    return {total * (2 * index + 1) // (2 * places) for index in range(places)}


def _places(frames: Iterable[tuple[Pixels, str]], middles: set[int]) -> Iterator[Sample]:
    """The frames at `middles` among their neighbours; the last frame where none of them is reached."""
    near: deque[tuple[Pixels, str]] = deque(maxlen=BEFORE + 1 + AFTER)
    found = False
    for index, frame in enumerate(frames):
        near.append(frame)
        if index - AFTER in middles:
            found = True
            yield _sample(near, len(near) - 1 - AFTER)
    if near and not found:
        yield _sample(near, len(near) - 1)


def _sample(near: deque[tuple[Pixels, str]], at: int) -> Sample:
    return _cropped(Sample(near[at][1], tuple(pixels for pixels, _ in near), at))


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
