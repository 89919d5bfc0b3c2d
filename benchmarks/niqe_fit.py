"""Fit NIQE's parameters for drawings, and show what both sets say of clean and of damaged ones.

    python benchmarks/niqe_fit.py [../shared/data] [--out src/sakuga/metrics/niqe_anime.npz]

From scenes, comics, cels and paintings of the manifest's train split; the table is of its val split.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

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
    clean = list(drawings(given.data, "val"))
    before = values(clean)
    print("| of val | published | anime | worse than clean |")
    print("|---|---|---|---|")
    for name, damage in DAMAGE.items():
        after = values(damage(picture) for picture in clean)
        worse = " and ".join(map(str, (after > before).sum(0).tolist()))
        told = "" if name == "clean" else f"{worse} of {len(clean)}"
        print(f"| {name} | {after[:, 0].mean():.2f} | {after[:, 1].mean():.2f} | {told} |")


def values(pictures: Iterable[Rgb]) -> NDArray[np.float64]:
    """(pictures, 2): by the published parameters and by those of drawings."""
    return np.array([[niqe(picture, "published"), niqe(picture, "anime")] for picture in pictures])


def noisy(picture: Rgb, sigma: float) -> Rgb:
    grain = np.random.default_rng(1).normal(0, sigma, picture.shape[:2])[..., None]
    return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


DAMAGE: dict[str, Callable[[Rgb], Rgb]] = {
    "clean": lambda p: p,
    "H.264, crf 28": lambda p: compress(p[None], "h264", 28).frames[0],
    "H.264, crf 38": lambda p: compress(p[None], "h264", 38).frames[0],
    "noise of 2 levels": lambda p: noisy(p, 2),
    "noise of 5 levels": lambda p: noisy(p, 5),
    "blur of 0.7 pixels": lambda p: cv2.GaussianBlur(p, (0, 0), 0.7),
    "blur of 1.5 pixels": lambda p: cv2.GaussianBlur(p, (0, 0), 1.5),
}


if __name__ == "__main__":
    main()
