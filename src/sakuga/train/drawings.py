"""Drawings to learn a style from: squares of pictures, maybe mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sakuga.degrade.clip import stream, to_clip
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.plain import read_rgb
from sakuga.train import turns
from sakuga.train.feed import Arrays
from sakuga.train.recipe import Recipe
from sakuga.train.scenes import resized, square


@dataclass(frozen=True, slots=True)
class Drawings:
    """In a sample `drawing` is (3, side, side), RGB in [0, 1]."""

    files: Sequence[Path]
    side: int
    zoom: float
    seed: int

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, number: int) -> Arrays:
        """Raises InputError where the picture is damaged."""
        if number < 0:
            raise IndexError(f"{number} is no sample; they are counted from 0.")
        chance = stream(self.seed, number)
        picture = read_rgb(self.files[number % len(self.files)])
        rows, columns = square(picture.shape[:2], self.zoom, chance)
        patch = to_clip(resized(picture[rows, columns], self.side))
        return {"drawing": turns.planes(turns.turned(patch, (bool(chance.random() < 0.5), False, False)))}


def drawings_of(recipe: Recipe) -> Drawings:
    """Those that the recipe names. Raises InputError where it names none, or cannot be followed."""
    data = recipe.data
    if not data.drawings:
        raise InputError("The recipe names no drawings to learn the style of: --set data.drawings=FOLDER.")
    size = recipe.model.options.get("size", 256)
    if data.crop != size:
        raise InputError(f"data.crop is {data.crop}, and the generator draws {size} pixels: make them equal.")
    entries = manifest.read(Path(data.drawings))
    manifest.check(entries)
    return Drawings([entry.file for entry in entries], data.crop, data.zoom, recipe.run.seed)


def unseen(recipe: Recipe, *_: object) -> NoReturn:
    """There is nothing to hold out: a generator is looked at by its pairs. Raises InputError."""
    raise InputError(
        f"data.validation is {recipe.data.validation}; a generator has none: look at its `sakuga pairs`."
    )
