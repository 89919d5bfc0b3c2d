"""Our PNG writer against Pillow's: seconds and bytes for pictures of the size that a restoration gives.

    python benchmarks/pictures.py DRAWING...

Each drawing is enlarged to 3840 pixels across first. Pillow runs at its own default, level 6.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sakuga.media import png
from sakuga.media.layout import layout_of
from sakuga.media.picture import Metadata, open_picture

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, ROUNDS = 3840, 5


def enlarged(path: Path) -> Image.Image:
    (picture, *_) = open_picture(path)
    colours = np.broadcast_to(picture.pixels, (*picture.pixels.shape[:2], 3))
    image = Image.fromarray(np.ascontiguousarray(colours))
    return image.resize((WIDTH, image.height * WIDTH // image.width), Image.Resampling.LANCZOS)


def measured(write: Callable[[io.BytesIO], None]) -> tuple[float, int]:
    """Median seconds, and bytes."""
    times = []
    for _ in range(ROUNDS):
        file, start = io.BytesIO(), time.perf_counter()
        write(file)
        times.append(time.perf_counter() - start)
    return statistics.median(times), len(file.getvalue())


def row(image: Image.Image) -> str:
    pixels = np.asarray(image)
    layout = layout_of(pixels)
    seconds, size = measured(lambda file: image.save(file, "PNG", compress_level=6))
    own_seconds, own_size = measured(lambda file: png.write(file, layout, [pixels], Metadata()))
    both = f"{seconds:6.2f} s {size / 1e6:5.1f} MB {own_seconds:6.2f} s {own_size / 1e6:5.1f} MB"
    return f"{both} {own_seconds / seconds:6.2f} {own_size / size:6.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drawings", type=Path, nargs="+")
    print(f"{'drawing':32} {'Pillow':>17} {'sakuga':>17} {'time':>6} {'size':>6}")
    for path in parser.parse_args().drawings:
        print(f"{path.name:32} {row(enlarged(path))}")


if __name__ == "__main__":
    main()
