"""Restore a picture larger than memory would like, and measure the memory that the whole command took.

    python benchmarks/large.py [--model realesr-animevideov3] [--size 12000x8000] [--limit 6]

Exits with 1 where the command fails, its result is not whole, or its peak is above --limit GiB.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sakuga.media.layout import PictureLayout
from sakuga.media.metadata import Metadata
from sakuga.media.picture import open_picture, write_picture


def drawing(width: int, height: int) -> np.ndarray:
    """Lines, flat colour and gradients, (height, width, 3) uint8, without a temporary of float size."""
    x, y = np.arange(width, dtype=np.int64), np.arange(height, dtype=np.int64)[:, None]
    picture = np.empty((height, width, 3), np.uint8)
    picture[..., 0] = x * 255 // width
    picture[..., 1] = y * 255 // height
    picture[..., 2] = np.where((x // 300 + y // 300) % 2 == 0, 220, 70)
    picture[((x + y) % 97 < 3) | ((x - y) % 131 < 3)] = 15
    return picture


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--model", default="realesr-animevideov3")
    arguments.add_argument("--size", default="12000x8000")
    arguments.add_argument("--limit", type=float, default=6.0)
    given = arguments.parse_args()
    width, height = map(int, given.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "large.png", Path(folder) / "out.png"
        layout = PictureLayout(width, height, 3, "uint8")
        write_picture(source, layout, [drawing(width, height)], Metadata())
        command = [sys.executable, "-m", "sakuga.cli", "restore", str(source), "--out", str(result)]
        began = time.monotonic()
        code = subprocess.run([*command, "--model", given.model], check=False).returncode
        seconds = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        with open_picture(result) as picture:
            size = picture.width, picture.height
        print(f"{given.size} with {given.model}: {size[0]}x{size[1]} in {seconds:.0f} s, peak {peak:.2f} GiB")
    return int(code != 0 or size[0] % width or size[1] % height or peak > given.limit)


if __name__ == "__main__":
    raise SystemExit(main())
