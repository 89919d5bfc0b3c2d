"""Training pairs on the fly: a whole picture degraded, then cut, so that LQ, GT and pseudo-GT fit.

Source: APISR (CVPR 2024), section 4.1: whole pictures are degraded, not patches.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.degrade import pipeline
from sakuga.degrade.clip import Clip, stream, to_clip
from sakuga.degrade.enhancing import gamma_of
from sakuga.degrade.folder import cropped
from sakuga.degrade.lines import Background, enhance
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.manifest import Entry
from sakuga.media.plain import Rgb, read_rgb
from sakuga.train.grid import anywhere

Arrays = Mapping[str, NDArray[np.float32]]
"""`lq` (3, h, w), `gt` and `pseudo_gt` (3, s*h, s*w), RGB in [0, 1]."""

PARTS = ("lq", "gt", "pseudo_gt")
"""Of a sample, and folders of a prepared set."""
_REMEMBERED = 512 << 20
"""Bytes of whole pictures that one worker keeps."""


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
        if self.crop % self.scale:
            raise InputError(f"The patch of {self.crop} pixels is no multiple of the scale {self.scale}.")


@dataclass
class Pairs:
    """A data set of len() patches an epoch; numbers go on for ever, number // len() is the epoch.

    What a number gives depends on it and the settings alone, so that workers, their count and a fresh start
    make no difference. Each worker (spawned or forked) keeps pictures and results of its own.
    """

    entries: Sequence[Entry]
    making: Making
    _sources: OrderedDict[int, tuple[Rgb, Rgb]] = field(default_factory=OrderedDict[int, Any], init=False)
    _last: tuple[tuple[int, int], Clip] | None = field(default=None, init=False)

    @staticmethod
    def of(path: Path, making: Making) -> Pairs:
        """All pictures of a manifest or folder, looked at. Raises InputError for what is not fit."""
        entries = manifest.read(path)
        manifest.check(entries)
        return Pairs(entries, making)

    def __len__(self) -> int:
        return len(self.entries) * self.making.crops

    def __getitem__(self, number: int) -> Arrays:
        """(3, h, w) arrays, contiguous. Raises InputError where a picture is damaged or too small."""
        epoch, index = divmod(number, len(self))
        which = index // self.making.crops
        gt, pseudo = self._source(which)
        lq = self._degraded(which, epoch, gt)
        chance = stream(self.making.seed, 2 * number + 1)
        side, scale = self.making.crop, self.making.scale
        top, left = anywhere(gt.shape[:2], side, scale, chance)
        small = (slice(top // scale, (top + side) // scale), slice(left // scale, (left + side) // scale))
        large = (slice(top, top + side), slice(left, left + side))
        turn = _turn(self.making.augment, chance)
        return {
            "lq": _planes(lq[small], turn),
            "gt": _planes(to_clip(gt[large]), turn),
            "pseudo_gt": _planes(to_clip(pseudo[large]), turn),
        }

    def __getstate__(self) -> dict[str, Any]:
        """Workers begin with nothing remembered."""
        return {"entries": self.entries, "making": self.making}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["entries"], state["making"])

    def _source(self, which: int) -> tuple[Rgb, Rgb]:
        """GT and pseudo-GT of a whole picture, remembered."""
        if which in self._sources:
            self._sources.move_to_end(which)
            return self._sources[which]
        entry, making = self.entries[which], self.making
        gt = cropped(read_rgb(entry.file), 2 * making.scale)
        if min(gt.shape[:2]) < making.crop:
            raise InputError(f"{entry.file} is smaller than a patch of {making.crop} pixels; leave it out.")
        pseudo = gt
        if making.pseudo_gt:
            gamma = gamma_of(making.seed, which)
            pseudo = enhance(gt, background=making.background, gamma=gamma).picture
        self._sources[which] = gt, pseudo
        while sum(2 * picture.nbytes for picture, _ in self._sources.values()) > _REMEMBERED:
            self._sources.popitem(last=False)
        return gt, pseudo

    def _degraded(self, which: int, epoch: int, gt: Rgb) -> NDArray[np.float32]:
        """The whole picture's LQ of this epoch, remembered for its other patches."""
        if self._last is None or self._last[0] != (which, epoch):
            index = (epoch * len(self.entries) + which) * 2
            clip, _ = pipeline.degrade(
                to_clip(gt[None]),
                self.making.preset,
                seed=self.making.seed,
                index=index,
                scale=self.making.scale,
            )
            self._last = (which, epoch), clip
        return self._last[1][0]


Turn = tuple[bool, bool, bool]
"""Flipped across, flipped down, transposed."""


def _turn(share: float, chance: np.random.Generator) -> Turn:
    turned = chance.random() < share
    across, down, over = (bool(chance.random() < 0.5) and turned for _ in range(3))
    return across, down, over


def _planes(patch: NDArray[np.float32], turn: Turn) -> NDArray[np.float32]:
    across, down, over = turn
    patch = patch[:, ::-1] if across else patch
    patch = patch[::-1] if down else patch
    return np.ascontiguousarray(patch.transpose(2, 1, 0) if over else patch.transpose(2, 0, 1))


@dataclass(frozen=True, slots=True)
class Prepared:
    """The same from the folders that `sakuga prepare` made: one LQ for all epochs, no work but reading."""

    folder: Path
    names: tuple[str, ...]
    seed: int = 0
    augment: float = 0.5

    @staticmethod
    def of(folder: Path, seed: int = 0, augment: float = 0.5) -> Prepared:
        """Raises InputError where a file of a triple is missing."""
        lq, gt, pseudo_gt = (_names(folder / part) for part in PARTS)
        odd = (lq | gt | pseudo_gt) - (lq & gt & pseudo_gt)
        if odd or not lq:
            what = f"{min(odd)} is not in all of them" if odd else "they are empty or missing"
            raise InputError(f"{folder} should hold the same pictures in {', '.join(PARTS)}: {what}.")
        return Prepared(folder, tuple(sorted(lq)), seed, augment)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, number: int) -> Arrays:
        name, turn = self.names[number % len(self)], _turn(self.augment, stream(self.seed, number))
        return {part: _planes(to_clip(read_rgb(self.folder / part / name)), turn) for part in PARTS}


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.png")} if folder.is_dir() else set()
