"""Fit NIQE's parameters for drawings, and show what both sets say of clean and of damaged ones.

    python benchmarks/niqe_fit.py [../shared/data] [--out src/sakuga/metrics/niqe_anime.npz]

From scenes, comics, cels and paintings of the manifest's train split; the table is of its val split.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sakuga.degrade.codecs import compress
from sakuga.media.plain import Rgb, read_rgb
from sakuga.metrics.niqe import fit, niqe

KINDS = ("scenes", "comics", "cels", "paintings")
SMALLEST = 480
"""Rows of a drawing that has blocks enough."""


def drawings(root: Path, split: str) -> Iterator[Rgb]:
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == split and row["file"].startswith(KINDS):
                picture = read_rgb(root / row["file"])
                if picture.shape[0] >= SMALLEST:
                    yield picture[: picture.shape[0] // 96 * 96]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path)
    given = arguments.parse_args()
    if given.out:
        fitted = fit(drawings(given.data, "train"))
        np.savez(given.out, mean=fitted.mean, covariance=fitted.covariance)
    print("| of val | published | anime |")
    print("|---|---|---|")
    pictures = list(drawings(given.data, "val"))
    kinds = {"clean": pictures} | {
        f"H.264, crf {crf}": [compress(p[None], "h264", crf).frames[0] for p in pictures] for crf in (28, 38)
    }
    for name, each in kinds.items():
        means = [np.nanmean([niqe(picture, which) for picture in each]) for which in ("published", "anime")]
        print(f"| {name} | {means[0]:.2f} | {means[1]:.2f} |")


if __name__ == "__main__":
    main()
