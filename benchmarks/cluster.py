"""How fast the machine that orders reads a video, which is the most that a cluster can be kept busy with.

    python benchmarks/cluster.py 1920 1080 --frames 480

It makes a film of that size, reads it as `sakuga restore --cluster` does (decoding, cuts, a sum over each),
and prints frames a second, and what one node needs to find a segment in the middle by seeking.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import deque
from itertools import islice
from pathlib import Path

import av
import numpy as np

from sakuga.media.video import VideoFile, open_video
from sakuga.restore.orders import orders

SHOT = 100


def made(path: Path, width: int, height: int, frames: int) -> VideoFile:
    """A film of shots in which a square moves over coarse shapes."""
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", 24, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(frames):
            colours = np.random.default_rng(index // SHOT).integers(0, 256, (9, 16, 3), np.uint8)
            picture = np.repeat(np.repeat(colours, -(-height // 9), 0), -(-width // 16), 1)[:height, :width]
            picture = np.ascontiguousarray(picture)
            left = index * 7 % (width - height // 4)
            picture[height // 3 : height // 2, left : left + height // 4] = 240
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        out.mux(stream.encode(None))
    return open_video(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("width", type=int, nargs="?", default=1920)
    parser.add_argument("height", type=int, nargs="?", default=1080)
    parser.add_argument("--frames", type=int, default=480)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sakuga-") as folder:
        video = made(Path(folder) / "film.mkv", chosen.width, chosen.height, chosen.frames)
        began = time.perf_counter()
        found = list(orders(video.frames(), 3, 0, {}, lambda _: None))
        seconds = time.perf_counter() - began
        print(f"{len(found)} segments, {chosen.frames / seconds:.0f} frames/s read and ordered")
        began = time.perf_counter()
        deque(islice(video.sought(found[-1].seen[0].pts, 1.0), 1), 0)
        print(f"{time.perf_counter() - began:.2f} s until a node has the first frame of the last segment")


if __name__ == "__main__":
    main()
