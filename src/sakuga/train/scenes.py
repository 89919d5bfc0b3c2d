"""What makes scenes of photos learns from: photos, drawings of other things, and pairs of both.

Source: Scenimefy (ICCV 2023), section 4.1. Its released code presses each picture, whole, into a square; here
a square is cut out, so that nothing changes its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.clip import stream, to_clip
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.picture import open_picture
from sakuga.media.plain import Rgb, read_rgb
from sakuga.media.sources import by_name
from sakuga.train import turns
from sakuga.train.recipe import Data

PARTS = ("photo", "anime")
"""Folders that hold the two pictures of each pair under one name, in the same folders below them."""
Arrays = Mapping[str, NDArray[np.float32]]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo, and the same as a drawing."""

    photo: Path
    drawing: Path


@dataclass(frozen=True)
class Scenes:
    """An epoch is as many samples as there are photos or drawings, whichever are more; it sees all of both.

    In a sample `photo` and `drawing` have nothing to do with each other; `pair_photo` and `pair_drawing`,
    where there are pairs, are the same place of both. Each is (3, crop, crop).
    """

    photos: Sequence[Path]
    drawings: Sequence[Path]
    pairs: Sequence[Pair]
    crop: int
    zoom: float = 1.0
    seed: int = 0

    @staticmethod
    def of(data: Data, seed: int) -> Scenes:
        """All that `data` names, looked at. Raises InputError for what is missing, damaged or alone."""
        for name, what in (("photos", "photos"), ("drawings", "drawings to learn the look of")):
            if not getattr(data, name):
                raise InputError(f"The recipe names no {what}: --set data.{name}=FOLDER.")
        photos, drawings = (_listed(Path(named)) for named in (data.photos, data.drawings))
        pairs = paired(Path(data.pairs)) if data.pairs else []
        for pair in pairs:
            _demand_fit(pair)
        return Scenes(photos, drawings, pairs, data.crop, data.zoom, seed)

    def __len__(self) -> int:
        return max(len(self.photos), len(self.drawings))

    def __getitem__(self, number: int) -> Arrays:
        """Contiguous arrays, RGB in [0, 1]. Raises InputError where a picture is damaged."""
        if number < 0:
            raise IndexError(f"{number} is no sample; they are counted from 0.")
        chance = stream(self.seed, number)
        sample = {
            "photo": self._patch([self._taken(self.photos, number, 0)], chance)[0],
            "drawing": self._patch([self._taken(self.drawings, number, 1)], chance)[0],
        }
        if self.pairs:
            pair = self._taken(self.pairs, number, 2)
            sample["pair_photo"], sample["pair_drawing"] = self._patch([pair.photo, pair.drawing], chance)
        return sample

    def _taken(self, items: Sequence[Item], number: int, which: int) -> Item:
        """Each list goes round in an order of its own, none twice before all were there."""
        turn, place = divmod(number, len(items))
        return items[int(_permutation(self.seed, which, turn, len(items))[place])]

    def _patch(self, files: Sequence[Path], chance: np.random.Generator) -> list[NDArray[np.float32]]:
        """The same square of all `files`, maybe mirrored."""
        pictures = [read_rgb(file) for file in files]
        rows, columns = square(pictures[0].shape[:2], self.zoom, chance)
        mirrored = bool(chance.random() < 0.5)
        patches = (to_clip(resized(picture[rows, columns], self.crop)) for picture in pictures)
        return [turns.planes(turns.turned(patch, (mirrored, False, False))) for patch in patches]


def paired(folder: Path) -> list[Pair]:
    """The pairs of a folder, by name. Raises InputError where there are none, or a picture is alone."""
    photos, drawings = (by_name(folder / part) for part in PARTS)
    lone = sorted(photos.keys() ^ drawings.keys())
    if lone or not photos:
        why = f"{lone[0]} is not in both of them" if lone else "they are empty or missing"
        raise InputError(
            f"{folder} should hold the same pictures in {' and '.join(PARTS)}: {why}. They go together by"
            " their names."
        )
    return [Pair(photos[name], drawings[name]) for name in sorted(photos)]


def square(size: tuple[int, ...], zoom: float, chance: np.random.Generator) -> tuple[slice, slice]:
    """Rows and columns of a square anywhere in a picture, whose side is the shorter one / (1 to zoom)."""
    side = max(1, round(min(size) / zoom ** chance.random()))
    rows, columns = (
        slice(first, first + side) for first in (int(chance.integers(each - side + 1)) for each in size)
    )
    return rows, columns


def resized(picture: Rgb, side: int) -> Rgb:
    """To (side, side, 3)."""
    way = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (side, side), interpolation=way), np.uint8)


def _listed(path: Path) -> list[Path]:
    entries = manifest.read(path)
    for entry in entries:
        if entry.is_clip:
            raise InputError(f"{path} lists {entry.place}, which is no picture.")
    manifest.check(entries)
    return [entry.file for entry in entries]


def _demand_fit(pair: Pair) -> None:
    with open_picture(pair.photo) as photo, open_picture(pair.drawing) as drawing:
        sizes = (photo.width, photo.height), (drawing.width, drawing.height)
    if sizes[0] != sizes[1]:
        one, other = (f"{width}x{height}" for width, height in sizes)
        raise InputError(f"{pair.photo} is {one}, and {pair.drawing} is {other}; a pair has one size.")


@lru_cache(maxsize=8)
def _permutation(seed: int, which: int, turn: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, which, turn)).permutation(count)
