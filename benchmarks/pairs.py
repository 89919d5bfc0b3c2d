"""Do the bars of `sakuga pairs` tell a photo and its own drawing from a photo and another's?

    python benchmarks/pairs.py [../shared/data] [--photos 20]

Of each photo of the train split four drawings are made: painted by the rules of `painted.py`, smoothed until
flat, posterised, and moved by 12 pixels at 256 rows. Each is scored with its own photo and with the next one.
Printed are the ranges, and how many of each the usual bars of `Selection` keep.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from drawings import Drawings
from painted import Painter, Rgb, reduced
from sakuga.media.plain import read_rgb
from sakuga.pairs.scores import Scores, scores
from sakuga.pairs.segmenter import Clusters
from sakuga.pairs.selection import Selection
from sakuga.pairs.source import Pair

ROWS, COLUMNS = 256, 320


def squared(photo: Rgb) -> Rgb:
    """All of one size, so that any photo can stand beside any drawing."""
    return np.asarray(cv2.resize(reduced(photo, ROWS), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA))


def flat(photo: Rgb) -> Rgb:
    return np.asarray(cv2.pyrMeanShiftFiltering(photo, 8, 24), np.uint8)


def posterised(photo: Rgb) -> Rgb:
    return np.asarray(photo // 48 * 48 + 24, np.uint8)


def moved(photo: Rgb) -> Rgb:
    return np.roll(photo, 12, 1)


def told(name: str, found: Sequence[Scores]) -> None:
    ranges = []
    for what in ("agreement", "shift"):
        values = [getattr(each, what) for each in found]
        ranges.append(f"{min(values):.2f} to {max(values):.2f}")
    kept = sum(not Selection().objection(each, []) for each in found)
    print(f"| {name} | {' | '.join(ranges)} | {kept} of {len(found)} |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--photos", type=int, default=20)
    given = arguments.parse_args()
    drawings = Drawings(given.data)
    comics = [read_rgb(given.data / name) for name in drawings.files("comic", "train")[::12]]
    photos = [
        squared(read_rgb(given.data / name)) for name in drawings.files("photo", "train")[: given.photos]
    ]
    ways: Mapping[str, Callable[[Rgb], Rgb]] = {
        "painted": Painter(comics).painted,
        "flat": flat,
        "posterised": posterised,
        "moved": moved,
    }
    print("| drawing | agreement | shift, pixels | kept |\n|---|---|---|---|")
    for name, way in ways.items():
        made = [way(photo) for photo in photos]
        for whose, others in ((name, made), (f"{name}, of another photo", [*made[1:], made[0]])):
            pairs = [Pair(*both) for both in zip(photos, others, strict=True)]
            told(whose, [scores(pair, Clusters()) for pair in pairs])


if __name__ == "__main__":
    main()
