"""The README's picture: details of some samples above, the same details restored below.

    python benchmarks/strip.py samples restored --out docs/before-after.webp

The upper row is the sample enlarged bicubically, as a viewer would show it at the same size.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
from PIL import Image

GAP = 6


@dataclass(frozen=True, slots=True)
class Detail:
    """A part of one sample."""

    file: str
    left: int
    top: int
    frame: int = 0
    """Which frame of a video."""


WIDTH, HEIGHT = 96, 88
"""Of every detail, in pixels of the sample."""
DETAILS = (
    Detail("witch.jpg", 86, 96),
    Detail("broadcast.png", 272, 36),
    Detail("panel.jpg", 268, 64),
    Detail("clip.mkv", 116, 36, frame=46),
)


def picture(path: Path, frame: int) -> Image.Image:
    """The picture in `path`, or the `frame`-th (from 0) of a video."""
    if path.suffix != ".mkv":
        return Image.open(path).convert("RGB")
    with av.open(path) as video:
        return next(islice(video.decode(video=0), frame, None)).to_image()


def pair(detail: Detail, before: Path, after: Path) -> tuple[Image.Image, Image.Image]:
    """The detail before and after, both at the size of the result."""
    low, high = (picture(folder / detail.file, detail.frame) for folder in (before, after))
    scale = high.width // low.width
    box = (detail.left, detail.top, detail.left + WIDTH, detail.top + HEIGHT)
    size = (WIDTH * scale, HEIGHT * scale)
    large = tuple(side * scale for side in box)
    return low.resize(size, Image.Resampling.BICUBIC, box), high.crop(large)


def strip(before: Path, after: Path) -> Image.Image:
    """All details side by side."""
    pairs = [pair(detail, before, after) for detail in DETAILS]
    width, height = pairs[0][0].size
    page = Image.new("RGB", (len(pairs) * (width + GAP) - GAP, 2 * height + GAP), "white")
    for column, rows in enumerate(pairs):
        for row, part in enumerate(rows):
            page.paste(part, (column * (width + GAP), row * (height + GAP)))
    return page


def main() -> None:
    """Write the strip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/before-after.webp"))
    options = parser.parse_args()
    page = strip(options.before, options.after)
    page.save(options.out, quality=82, method=6)
    print(f"{options.out}: {page.width}x{page.height}, {options.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
