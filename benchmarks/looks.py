"""What results of scene translation are worth: nearness to drawings, what is left of photos, and a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from painted import Rgb
from sakuga.media.plain import read_rgb
from sakuga.media.sheet import Row, sheet
from sakuga.metrics.frechet import Features, frechet
from sakuga.metrics.kernel import kernel_distance
from sakuga.metrics.line_match import line_match
from sakuga.metrics.region_match import region_match
from sakuga.metrics.sets import seen

SIDE, STRIDE = 128, 128
"""Of the patches that are compared as sets."""
SEER = "resnet50"


def patches(pictures: Sequence[Rgb]) -> Iterator[Rgb]:
    for picture in pictures:
        for top in range(0, picture.shape[0] - SIDE + 1, STRIDE):
            for left in range(0, picture.shape[1] - SIDE + 1, STRIDE):
                yield picture[top : top + SIDE, left : left + SIDE]


def some(pictures: Sequence[Rgb], count: int) -> Iterator[Rgb]:
    """A patch of each of so many pictures, by a fixed seed."""
    chance = np.random.default_rng(0)
    for index in chance.permutation(len(pictures))[:count]:
        top, left = (int(chance.integers(side - SIDE + 1)) for side in pictures[index].shape[:2])
        yield pictures[index][top : top + SIDE, left : left + SIDE]


def features(name: str, made: Iterator[Rgb], kept: Path) -> Features:
    """Those that are kept under `name`, or new ones, which then are kept."""
    path = kept / f"{name}.npy"
    if not path.exists():
        kept.mkdir(parents=True, exist_ok=True)
        np.save(path, seen(made, SEER))
    return np.load(path)


def worth(
    results: Sequence[Rgb], photos: Sequence[Rgb], mine: Features, looks: Mapping[str, Features]
) -> dict[str, float]:
    """Distances to each set of `looks`, and means of what results share with their photos."""
    told = {f"fid-{SEER} to {name}": frechet(mine, other) for name, other in looks.items()}
    told |= {f"kid-{SEER} to {name}": kernel_distance(mine, other) for name, other in looks.items()}
    for name, measure in (("line-match", line_match), ("region-match", region_match)):
        values = [measure(*pair) for pair in zip(results, photos, strict=True)]
        told[name] = float(np.nanmean(values))
    return told


def pictures(folder: Path) -> list[Rgb]:
    return [read_rgb(path) for path in sorted(folder.glob("*.png"))]


def shown(columns: Mapping[str, Sequence[Rgb]]) -> Rgb:
    """A row for each photo, a column for each stage."""
    words = " | ".join(columns)
    rows = list(zip(*columns.values(), strict=True))
    return sheet([Row(row, words if number == len(rows) - 1 else "") for number, row in enumerate(rows)])
