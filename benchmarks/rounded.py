"""Tell how far a shipped network's results are from those of its published weights, and what its graph costs.

    python benchmarks/rounded.py ../shared/data/clips/*360p*.mp4 [--name animesr-v2] [--frames 4] [--runs 5]

Of each clip --frames in a row, from the 100th on, go through both at fp32, results as 16 bits: PSNR is the
mean and the least over all of them. Then the .onnx, and the network traced in PyTorch with the same weights,
take the first clip's frames in turn; times are medians.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import fmean

import numpy as np

from engine import median
from sakuga.engine.engine import Engine, open_engine
from sakuga.engine.precision import psnr
from sakuga.media.frames import Pixels
from sakuga.media.video import open_video
from sakuga.models.load import Model, load
from ship import published

FIRST = 100


def decoded(path: Path, count: int) -> list[Pixels]:
    """(h, w, 3) uint16."""
    with open_video(path) as video:
        frames = islice(video.frames(), FIRST, FIRST + count)
        return [frame.pixels.astype(np.uint16) * 257 for frame in frames]


def opened(model: Model) -> Engine:
    return open_engine(model, device="cpu", precision="fp32", color_lock=False, reuse="off")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("clips", type=Path, nargs="+")
    arguments.add_argument("--name", default="animesr-v2")
    arguments.add_argument("--frames", type=int, default=4)
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    shipped = load(given.name)
    graph, whole = opened(shipped), opened(load(published(given.name)))
    clips = [decoded(path, given.frames) for path in given.clips]
    near = [psnr(*pair) for clip in clips for pair in zip(graph.clip(clip), whole.clip(clip), strict=True)]
    print(f"{len(near)} frames: {fmean(near):.1f} dB, at least {min(near):.1f}")
    traced = opened(replace(shipped, onnx=None))
    ways = (lambda: list(graph.clip(clips[0])), lambda: list(traced.clip(clips[0])))
    print("graph {:.2f} s, traced {:.2f} s".format(*median(given.runs, *ways)))


if __name__ == "__main__":
    main()
