"""Training pairs of clips: frames in a row, cut at one place, and degraded together.

Source: AnimeSR (NeurIPS 2022), section 4.1, with the numbers of its released code: 15 frames, 1 to 3 apart,
half of the clips backwards, and patches that are degraded after they are cut.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from sakuga.degrade import pipeline
from sakuga.degrade.clip import stream, to_clip, to_frames
from sakuga.degrade.lines import sharpened
from sakuga.degrade.pipeline import Pool, Sample
from sakuga.degrade.presets import PRESETS
from sakuga.errors import InputError
from sakuga.train import turns
from sakuga.train.film import Film, films_of
from sakuga.train.grid import anywhere
from sakuga.train.pairs import Arrays

SHARPEN = 0.3
"""Weight of the unsharp mask over the GT that AnimeSR's first step compares with, in its released code."""
_RANGES = {
    "scale": (1, 16),
    "crop": (1, 1 << 15),
    "frames": (1, 1 << 15),
    "backwards": (0, 1),
    "sharpen": (0, 1),
    "seed": (0, 2**32 - 1),
    "augment": (0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """How a pair of clips is made."""

    preset: str = "animesr"
    scale: int = 4
    crop: int = 256
    """Side of a GT patch, a multiple of twice the scale, as codecs want even sides."""
    frames: int = 15
    intervals: tuple[int, ...] = (1, 2, 3)
    """Frames from one to the next; those for which a clip is too short are not drawn."""
    backwards: float = 0.5
    """How often time is reversed."""
    sharpen: float = 0.0
    """Weight of the unsharp mask that makes pseudo-GT, such as SHARPEN; with 0 it is the GT."""
    seed: int = 0
    augment: float = 1.0
    """How often a clip is flipped or turned at all; each way then has 1/2."""

    def __post_init__(self) -> None:
        pipeline.named(self.preset)
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise InputError(f"{name} is {getattr(self, name)}; it is a number from {least} to {most}.")
        if self.crop % (2 * self.scale):
            raise InputError(
                f"The patch of {self.crop} pixels is no multiple of twice the scale {self.scale}."
            )
        if not self.intervals or min(self.intervals) < 1:
            raise InputError(f"intervals are {self.intervals}; they are whole numbers from 1, at least one.")

    def span(self, interval: int) -> int:
        """Frames from the first to the last one."""
        return (self.frames - 1) * interval + 1


@dataclass(frozen=True)
class ClipPairs:
    """A data set with a sample around every frame of every clip; number // len() is the epoch.

    As with `Pairs`, what a number gives depends on it, the settings and `learned` alone. Frames in folders
    are read one by one; those of a video are decoded from the key frame before them on.
    """

    films: Sequence[Film]
    clipping: Clipping
    learned: Pool = ()
    """Learned operators, for presets that have them; picklable where there are workers."""

    @staticmethod
    def of(path: Path, clipping: Clipping, learned: Pool = ()) -> ClipPairs:
        """All clips of a manifest; of a folder without one, each folder of frames below it.

        Raises InputError for clips that are too short, too small or not there, and for learned operators
        with a preset that never takes one.
        """
        if learned:
            _demand_use(clipping)
        films = films_of(path)
        for film in films:
            _demand_fit(film, clipping)
        return ClipPairs(films, clipping, learned)

    def __len__(self) -> int:
        return sum(map(len, self.films))

    def __getitem__(self, number: int) -> Arrays:
        """(frames, 3, h, w) arrays, contiguous. Raises InputError where a frame is damaged."""
        if number < 0:
            raise IndexError(f"{number} is no sample; they are counted from 0.")
        clipping, chance = self.clipping, stream(self.clipping.seed, 2 * number + 1)
        ends = list(accumulate(map(len, self.films)))
        key = number % len(self)
        which = bisect_right(ends, key)
        film = self.films[which]
        places = _places(len(film), key - (ends[which] - len(film)), clipping, chance)
        gt = to_clip(_cut(film, places, clipping, chance))
        gt = gt[::-1] if chance.random() < clipping.backwards else gt
        gt = np.ascontiguousarray(turns.turned(gt, turns.drawn(clipping.augment, chance)))
        lq, _ = pipeline.degrade(
            gt,
            clipping.preset,
            seed=clipping.seed,
            index=2 * number,
            scale=clipping.scale,
            learned=self.learned,
        )
        pseudo = to_clip(to_frames(_sharpened(gt, clipping.sharpen))) if clipping.sharpen else gt
        return {"lq": turns.planes(lq), "gt": turns.planes(gt), "pseudo_gt": turns.planes(pseudo)}

    def degradation(self, number: int) -> Sample:
        """What happens to the patch of a sample, in all of its frames."""
        clipping = self.clipping
        return pipeline.draw(
            pipeline.named(clipping.preset),
            stream(clipping.seed, 2 * number),
            (clipping.crop, clipping.crop),
            scale=clipping.scale,
            frames=clipping.frames,
            learned=len(self.learned),
        )


def _places(length: int, centre: int, clipping: Clipping, chance: np.random.Generator) -> range:
    """Which frames of a clip: around `centre` where there is room, else anywhere."""
    fitting = [each for each in clipping.intervals if clipping.span(each) <= length]
    interval = fitting[int(chance.integers(len(fitting)))]
    first, room = centre - clipping.frames // 2 * interval, length - clipping.span(interval)
    if not 0 <= first <= room:
        first = int(chance.integers(room + 1))
    return range(first, first + clipping.span(interval), interval)


def _cut(film: Film, places: range, clipping: Clipping, chance: np.random.Generator) -> np.ndarray:
    """The same patch, anywhere, of frames (n, side, side, 3), uint8."""
    frames, side = film.frames(places), clipping.crop
    if len({frame.shape for frame in frames}) > 1:
        raise InputError(f"{film.file} holds frames of several sizes; a clip has one.")
    top, left = anywhere(frames[0].shape[:2], side, 1, chance)
    return np.stack([frame[top : top + side, left : left + side] for frame in frames])


def _sharpened(gt: np.ndarray, weight: float) -> np.ndarray:
    return np.stack([sharpened(frame * np.float32(255), weight) for frame in gt]) / np.float32(255)


def _demand_use(clipping: Clipping) -> None:
    """Of learned operators."""
    if not pipeline.takes_learned(pipeline.named(clipping.preset), clipping.scale):
        able = [name for name, each in PRESETS.items() if pipeline.takes_learned(each, clipping.scale)]
        way = f"take the preset {' or '.join(able)}, or leave" if able else "leave"
        raise InputError(
            f"The preset {clipping.preset} takes no learned operators at a scale of {clipping.scale};"
            f" {way} out data.operators."
        )


def _demand_fit(film: Film, clipping: Clipping) -> None:
    shortest = clipping.span(min(clipping.intervals))
    if len(film) < shortest:
        raise InputError(f"{film.file} has {len(film)} frames; {shortest} are needed, so leave it out.")
    if min(_size(film)) < clipping.crop:
        raise InputError(f"{film.file} is smaller than a patch of {clipping.crop} pixels; leave it out.")


@lru_cache(maxsize=1)
def _size_of_video(path: Path) -> tuple[int, int]:
    """Many clips in a row come from one video, which is opened once for them."""
    return Film(path).size()


def _size(film: Film) -> tuple[int, int]:
    return film.size() if film.pictures else _size_of_video(film.file)
