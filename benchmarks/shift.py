"""How far restored files are from their sources in colour: the mean of each channel, result less source.

    python benchmarks/shift.py samples restored

In 8-bit levels; a pixel counts as much as it is opaque. The exit code is 1 where a file has shifted by a
level or more.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from sakuga.media.video import open_video


def frames(path: Path) -> Iterator[NDArray[np.generic]]:
    """(H, W, 4) RGBA pictures of a still, an animation or a video."""
    if path.suffix == ".mkv":
        with open_video(path) as video:
            yield from (np.dstack([f.pixels, np.full(f.pixels.shape[:2], 255)]) for f in video.frames())
    else:
        with Image.open(path) as picture:
            yield from (np.asarray(f.convert("RGBA")) for f in ImageSequence.Iterator(picture))


def mean(path: Path) -> NDArray[np.float64]:
    """Of red, green and blue, weighed by alpha, over all frames."""
    pictures = map(np.float64, frames(path))
    seen = [np.average(f[..., :3], (0, 1), np.repeat(f[..., 3:], 3, 2)) for f in pictures]
    return np.mean(seen, 0)


def main() -> None:
    """Print a line for each file that stands in both folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args()
    names = sorted(path.name for path in options.before.iterdir() if (options.after / path.name).is_file())
    shifts = {name: mean(options.after / name) - mean(options.before / name) for name in names}
    for name, shift in shifts.items():
        print(f"{name:20}", *(f"{level:+6.2f}" for level in shift))
    worst = max(np.abs(shift).max() for shift in shifts.values())
    print(f"largest: {worst:.2f} of 255")
    raise SystemExit(int(worst >= 1))


if __name__ == "__main__":
    main()
