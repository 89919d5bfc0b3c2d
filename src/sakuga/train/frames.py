"""Training pairs that are there already: pseudo-HR frames, and the real LQ that should become of them.

Source: AnimeSR (NeurIPS 2022), section 4.1, with the numbers of its released code: patches of 256 pixels,
each flip and the transposition with 1/2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sakuga.degrade.clip import stream, to_clip
from sakuga.errors import InputError
from sakuga.media.picture import open_picture
from sakuga.media.plain import Rgb, read_rgb
from sakuga.media.sources import find
from sakuga.train import turns
from sakuga.train.grid import anywhere
from sakuga.train.pairs import Arrays

SCALE = 2
"""Side of pseudo-HR / side of LQ: an operator halves."""
PARTS = ("pseudo_hr", "lq")
"""Folders that hold the same pictures, in the same folders below them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One frame twice, as two files."""

    pseudo_hr: Path
    lq: Path


@dataclass(frozen=True)
class FramePairs:
    """A data set of `crops` patches of each pair an epoch; its number and the settings decide a sample.

    In a sample `lq` is what goes in, (3, crop, crop) of pseudo-HR, and `gt` and `pseudo_gt` are what should
    come out, (3, crop / 2, crop / 2) of LQ, exactly below it.
    """

    pairs: Sequence[Pair]
    crop: int
    crops: int = 1
    seed: int = 0
    augment: float = 1.0
    """How often a patch is flipped or turned at all; each way then has 1/2."""

    @staticmethod
    def of(folder: Path, crop: int, crops: int = 1, seed: int = 0) -> FramePairs:
        """All pairs of a folder, looked at. Raises InputError for what is not fit."""
        if crop % SCALE:
            raise InputError(f"data.crop is {crop}; for frames it is a multiple of {SCALE}.")
        pairs = paired(folder)
        for pair in pairs:
            _demand_fit(pair, crop)
        return FramePairs(pairs, crop, crops, seed)

    def __len__(self) -> int:
        return len(self.pairs) * self.crops

    def __getitem__(self, number: int) -> Arrays:
        """Contiguous arrays, RGB in [0, 1]. Raises InputError where a picture is damaged."""
        if number < 0:
            raise IndexError(f"{number} is no sample; they are counted from 0.")
        chance = stream(self.seed, number)
        large, small = _both(self.pairs[number % len(self) // self.crops])
        side = self.crop // SCALE
        top, left = anywhere(small.shape[:2], side, 1, chance)
        turn = turns.drawn(self.augment, chance)
        patch = to_clip(small[top : top + side, left : left + side])
        source = to_clip(large[SCALE * top : SCALE * (top + side), SCALE * left : SCALE * (left + side)])
        lq = turns.planes(turns.turned(patch, turn))
        return {"lq": turns.planes(turns.turned(source, turn)), "gt": lq, "pseudo_gt": lq}


def paired(folder: Path) -> list[Pair]:
    """The pairs of a folder that `sakuga rescale --choose` wrote, by name.

    Raises InputError where there are none, or a picture is without its partner.
    """
    large, small = (_pictures(folder / part) for part in PARTS)
    lone = sorted(large.keys() ^ small.keys())
    if lone or not large:
        why = f"{lone[0]} is not in both of them" if lone else "they are empty or missing"
        raise InputError(
            f"{folder} should hold the same pictures in {' and '.join(PARTS)}, as `sakuga rescale --choose`"
            f" writes them: {why}."
        )
    return [Pair(large[name], small[name]) for name in sorted(large)]


@lru_cache(maxsize=1)
def _both(pair: Pair) -> tuple[Rgb, Rgb]:
    """Patches of one pair come in a row."""
    return read_rgb(pair.pseudo_hr), read_rgb(pair.lq)


def _pictures(folder: Path) -> Mapping[str, Path]:
    """Place without suffix -> file."""
    if not folder.is_dir():
        return {}
    found = (source for source in find([folder]).sources if source.kind == "picture")
    return {source.place.with_suffix("").as_posix(): source.path for source in found}


def _demand_fit(pair: Pair, crop: int) -> None:
    with open_picture(pair.pseudo_hr) as large, open_picture(pair.lq) as small:
        sizes = (large.width, large.height), (small.width, small.height)
    if sizes[0] != tuple(SCALE * side for side in sizes[1]):
        raise InputError(
            f"{pair.pseudo_hr} is {sizes[0][0]}x{sizes[0][1]}; it should be {SCALE} times as wide and high as"
            f" {pair.lq}, which is {sizes[1][0]}x{sizes[1][1]}."
        )
    if min(sizes[0]) < crop:
        raise InputError(f"{pair.pseudo_hr} is smaller than a patch of {crop} pixels; lower data.crop.")
