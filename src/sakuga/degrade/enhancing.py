"""Enhance the lines of the pictures of some folders: their pseudo-GT as PNG files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sakuga.degrade.clip import stream
from sakuga.degrade.folder import index_of
from sakuga.degrade.lines import Background, enhance
from sakuga.errors import InputError
from sakuga.media.batch import Made, Told, batch
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.media.sources import Source

MAP = ".map.png"


@dataclass(frozen=True, slots=True)
class Enhancing:
    """What happens to each picture."""

    background: Background
    seed: int
    map: bool
    """Whether the line map is written, too."""

    def __call__(self, source: Source, destination: Path) -> Told:
        gamma = gamma_of(self.seed, index_of(source.place))
        made = enhance(read_rgb(source.path), background=self.background, gamma=gamma)
        if self.map:
            ink = np.repeat(255 - 255 * made.lines[..., None], 3, 2).astype(np.uint8)
            write_rgb(destination.with_name(destination.stem + MAP), ink)
        write_rgb(destination, made.picture)
        return {"gamma": gamma, "lines": float(made.lines.mean())}


def gamma_of(seed: int, index: int) -> float:
    """The weight that XDoG gives its wider Gaussian for one picture: 0.97 to 0.98, as released."""
    return 0.97 + 0.01 * float(stream(seed, index).random())


def enhance_folder(
    names: Iterable[str | Path],
    out: Path,
    *,
    background: Background = "sharpened",
    seed: int = 0,
    map: bool = False,  # noqa: A002
    workers: int = 1,
    overwrite: bool = False,
) -> Iterator[Made]:
    """The pseudo-GT of every picture that `names` mean, into `out`; iterate to do it.

    map: write NAME.map.png beside each, too: lines black on white. Raises InputError for a number that cannot
    be.
    """
    if seed < 0:
        raise InputError(f"--seed is {seed}; it is a whole number from 0.")
    return batch(names, out, Enhancing(background, seed, map), workers=workers, overwrite=overwrite)
