"""Measure the colour shift of restored files against their sources.

    python benchmarks/colour.py samples restored

Prints, for each file, the difference of the channel means in 8-bit levels: the mean of its three absolute
values, and the channel that moved most. For videos over every tenth frame; transparent pixels do not count.
Exits with 1 where a file is missing or its mean shift is 1/255 or more.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.media.picture import is_picture, open_picture
from sakuga.media.video import is_video, open_video

EVERY = 10
LIMIT = 1.0


def frames(path: Path) -> Iterator[tuple[Pixels, Pixels | None]]:
    """(H, W, C) pixels and (H, W, 1) alpha of each frame that counts."""
    if is_video(path):
        with open_video(path) as video:
            for frame in islice(video.frames(), 0, None, EVERY):
                yield frame.pixels, None
    else:
        with open_picture(path) as picture:
            for frame in picture:
                yield frame.pixels, frame.alpha


def means(path: Path) -> NDArray[np.float64]:
    """Mean of each channel in 8-bit levels, weighted by alpha."""
    totals, weight = np.zeros(3), 0.0
    for pixels, alpha in frames(path):
        level = 255 / np.iinfo(pixels.dtype).max
        share = np.ones(pixels.shape[:2]) if alpha is None else alpha[..., 0] / np.iinfo(alpha.dtype).max
        totals += (pixels * share[..., None]).sum((0, 1)) * level
        weight += float(share.sum())
    return totals / weight


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("sources", type=Path)
    arguments.add_argument("restored", type=Path)
    given = arguments.parse_args()
    worst = 0.0
    print("| file | mean shift (8-bit levels) | largest channel |\n|---|---|---|")
    for source in sorted(p for p in given.sources.iterdir() if is_picture(p) or is_video(p)):
        shift = means(given.restored / source.name) - means(source)
        worst = max(worst, float(np.abs(shift).mean()))
        print(f"| {source.name} | {np.abs(shift).mean():.2f} | {shift[np.abs(shift).argmax()]:+.2f} |")
    print(f"\nLargest mean shift {worst:.2f}, limit {LIMIT:.0f}.")
    return int(worst >= LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
