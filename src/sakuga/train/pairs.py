"""Training pairs on the fly: a whole picture degraded, then cut, so that LQ, GT and pseudo-GT fit.

Source: APISR (CVPR 2024), section 4.1: whole pictures are degraded, not patches.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.degrade import pipeline
from sakuga.degrade.clip import stream, to_clip
from sakuga.degrade.enhancing import gamma_of
from sakuga.degrade.folder import index_of
from sakuga.degrade.lines import Background, enhance
from sakuga.degrade.pipeline import Sample
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.manifest import Entry
from sakuga.media.picture import open_picture
from sakuga.media.plain import Rgb, read_rgb
from sakuga.train import turns
from sakuga.train.grid import anywhere

Arrays = Mapping[str, NDArray[np.float32]]
"""`lq` (3, h, w), `gt` and `pseudo_gt` (3, s*h, s*w), RGB in [0, 1]."""

PARTS = ("lq", "gt", "pseudo_gt")
"""Of a sample, and folders of a prepared set."""
TEACHER = "teacher"
"""What another network made of LQ."""
_REMEMBERED = 512 << 20
"""Bytes of whole pictures that one worker keeps."""
_EVEN = 8
"""Sides of whole pictures are cut to multiples of this, so that those of LQ are even at scales 2 and 4."""
_RANGES = {
    "scale": (1, 16),
    "crop": (1, 1 << 15),
    "crops": (1, 1 << 15),
    "seed": (0, 2**32 - 1),
    "augment": (0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a pair is made."""

    preset: str = "apisr"
    scale: int = 4
    crop: int = 256
    """Side of a GT patch, a multiple of the scale."""
    crops: int = 1
    """Patches in a row that come from one degraded picture."""
    pseudo_gt: bool = True
    """Whether lines are enhanced; else the pseudo-GT is the GT."""
    background: Background = "sharpened"
    seed: int = 0
    augment: float = 0.5
    """How often a patch is flipped or turned at all; each way then has 1/2."""

    def __post_init__(self) -> None:
        pipeline.named(self.preset)
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise InputError(f"{name} is {getattr(self, name)}; it is a number from {least} to {most}.")
        if self.crop % self.scale:
            raise InputError(f"The patch of {self.crop} pixels is no multiple of the scale {self.scale}.")

    @property
    def multiple(self) -> int:
        """Sides of whole pictures are cut to multiples of this before they are degraded: codecs want it."""
        return lcm(_EVEN, 2 * self.scale)

    @property
    def least(self) -> int:
        """Side of the smallest picture that has a patch."""
        return -(-self.crop // self.multiple) * self.multiple


@dataclass(frozen=True, slots=True)
class Whole:
    """A picture before it is cut, its sides multiples of `Making.multiple`."""

    lq: NDArray[np.float32]
    """Shape (h, w, 3), RGB in [0, 1]."""
    gt: Rgb
    pseudo_gt: Rgb


@dataclass
class Pairs:
    """A data set of len() patches an epoch; numbers go on for ever, number // len() is the epoch.

    What a number gives depends on it and the settings alone, so that workers, their count and a fresh start
    make no difference. Each worker (spawned or forked) keeps pictures and results of its own. In each epoch
    the few rows and columns that are too many for the codecs are left out on another side, so that every
    pixel has its turn.
    """

    entries: Sequence[Entry]
    making: Making
    _sources: OrderedDict[int, tuple[Rgb, Rgb]] = field(default_factory=OrderedDict[int, Any], init=False)
    _last: tuple[int, Whole] | None = field(default=None, init=False)

    @staticmethod
    def of(path: Path, making: Making) -> Pairs:
        """All pictures of a manifest or folder, looked at. Raises InputError for what is not fit."""
        entries = manifest.read(path)
        for entry in entries:
            if entry.is_clip:
                raise InputError(f"{entry.file} is a clip; these are pairs of pictures.")
        manifest.check(entries, making.least)
        return Pairs(entries, making)

    def __len__(self) -> int:
        return len(self.entries) * self.making.crops

    def __getitem__(self, number: int) -> Arrays:
        """(3, h, w) arrays, contiguous. Raises InputError where a picture is damaged or too small."""
        if number < 0:
            raise IndexError(f"{number} is no sample; they are counted from 0.")
        making = self.making
        epoch, index = divmod(number, len(self))
        whole = self._whole(index // making.crops, epoch)
        chance = stream(making.seed, 3 * number + 2)
        top, left = anywhere(whole.gt.shape[:2], making.crop, making.scale, chance)
        large, small = (_patch(top // by, left // by, making.crop // by) for by in (1, making.scale))
        turn = turns.drawn(making.augment, chance)
        return {
            "lq": turns.planes(turns.turned(whole.lq[small], turn)),
            "gt": turns.planes(turns.turned(to_clip(whole.gt[large]), turn)),
            "pseudo_gt": turns.planes(turns.turned(to_clip(whole.pseudo_gt[large]), turn)),
        }

    def degradation(self, number: int) -> Sample:
        """What happened to the picture that the LQ of a sample is cut from."""
        epoch, index = divmod(number, len(self))
        which = index // self.making.crops
        with open_picture(self.entries[which].file) as picture:
            size = picture.height, picture.width
        height, width = (side // self.making.multiple * self.making.multiple for side in size)
        chance = stream(self.making.seed, 3 * (epoch * len(self.entries) + which))
        preset = pipeline.named(self.making.preset)
        return pipeline.draw(preset, chance, (height, width), scale=self.making.scale)

    def __getstate__(self) -> dict[str, Any]:
        """Workers begin with nothing remembered."""
        return {"entries": self.entries, "making": self.making}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["entries"], state["making"])

    def _whole(self, which: int, epoch: int) -> Whole:
        """A picture and its LQ of this epoch, remembered for its other patches."""
        number = epoch * len(self.entries) + which
        if self._last is None or self._last[0] != number:
            gt, pseudo = self._source(which)
            inside = _inside(gt.shape[:2], self.making.multiple, stream(self.making.seed, 3 * number + 1))
            clip, _ = pipeline.degrade(
                to_clip(gt[inside][None]),
                self.making.preset,
                seed=self.making.seed,
                index=3 * number,
                scale=self.making.scale,
            )
            self._last = number, Whole(clip[0], gt[inside], pseudo[inside])
        return self._last[1]

    def _source(self, which: int) -> tuple[Rgb, Rgb]:
        """GT and pseudo-GT of a whole picture, remembered."""
        if which in self._sources:
            self._sources.move_to_end(which)
            return self._sources[which]
        entry, making = self.entries[which], self.making
        gt = read_rgb(entry.file)
        if min(gt.shape[:2]) < making.least:
            raise InputError(f"{entry.file} is smaller than a patch of {making.crop} pixels; leave it out.")
        pseudo = gt
        if making.pseudo_gt:
            gamma = gamma_of(making.seed, index_of(entry.place))
            pseudo = enhance(gt, background=making.background, gamma=gamma).picture
        self._sources[which] = gt, pseudo
        while sum(2 * picture.nbytes for picture, _ in self._sources.values()) > _REMEMBERED:
            self._sources.popitem(last=False)
        return gt, pseudo


def _patch(top: int, left: int, side: int) -> tuple[slice, slice]:
    return slice(top, top + side), slice(left, left + side)


def _inside(size: tuple[int, int], multiple: int, chance: np.random.Generator) -> tuple[slice, slice]:
    """The largest part whose sides are multiples, anywhere."""
    firsts = [int(chance.integers(side % multiple + 1)) for side in size]
    rows, columns = (
        slice(first, first + side // multiple * multiple) for first, side in zip(firsts, size, strict=True)
    )
    return rows, columns


@dataclass(frozen=True, slots=True)
class Prepared:
    """The same from the folders that `sakuga prepare` made: one LQ for all epochs, no work but reading."""

    folder: Path
    names: tuple[str, ...]
    seed: int = 0
    augment: float = 0.5
    parts: tuple[str, ...] = PARTS
    """Folders that are read."""

    @staticmethod
    def of(folder: Path, seed: int = 0, augment: float = 0.5, *, parts: tuple[str, ...] = PARTS) -> Prepared:
        """Raises InputError where a file of these parts is missing."""
        found = [_names(folder / part) for part in parts]
        odd = set[str]().union(*found) - found[0].intersection(*found)
        if odd or not found[0]:
            what = f"{min(odd)} is not in all of them" if odd else "they are empty or missing"
            raise InputError(f"{folder} should hold the same pictures in {', '.join(parts)}: {what}.")
        return Prepared(folder, tuple(sorted(found[0])), seed, augment, parts)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, number: int) -> Arrays:
        if number < 0:
            raise IndexError(f"{number} is no sample; they are counted from 0.")
        name = self.names[number % len(self)]
        turn = turns.drawn(self.augment, stream(self.seed, number))
        patches = {part: to_clip(read_rgb(self.folder / part / name)) for part in self.parts}
        return {part: turns.planes(turns.turned(patch, turn)) for part, patch in patches.items()}


def _names(folder: Path) -> set[str]:
    """Without what a run that was killed left unfinished."""
    names = {path.name for path in folder.glob("*.png")} if folder.is_dir() else set[str]()
    return {name for name in names if not name.startswith(".")}
