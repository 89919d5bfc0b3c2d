"""Time restoring with reuse against without, on clips of limited animation, and compare the frames.

    python benchmarks/reuse.py [../shared/data] [--models animesr-v2,realesr-animevideov3] [--frames 36]

For each content type: x264 at --rate kb/s, 640x480; `off`, `exact` and `near` in one process, in turn, median
of --runs. PSNR of `near` is per frame against `off`, mean (equal frames count as 60 dB) and minimum. Flicker
is the mean change from frame to frame where the drawing is held, in 8-bit levels, of `off` and of `near`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from held import CONTENT, Stage, encoded, frames, stage
from sakuga.engine.engine import Engine, open_engine
from sakuga.engine.precision import psnr
from sakuga.media.frames import Pixels
from sakuga.media.video import open_video
from sakuga.models.load import load

MODES = ("off", "exact", "near")
EQUAL = 60.0
"""dB that two equal frames count as in a mean."""


def decoded(path: Path) -> list[Pixels]:
    with open_video(path) as video:
        return [frame.pixels for frame in video.frames()]


def timed(engine: Engine, clip: list[Pixels]) -> tuple[float, list[Pixels]]:
    start = time.perf_counter()
    results = list(engine.clip(clip))
    return time.perf_counter() - start, results


def flicker(results: list[Pixels], drawn: list[Pixels]) -> float:
    """Mean change between frames whose drawings, before compression, were equal."""
    pairs = [n for n in range(1, len(drawn)) if np.array_equal(drawn[n], drawn[n - 1])]
    changes = [np.abs(results[n].astype(np.int16) - results[n - 1]).mean() for n in pairs]
    return float(np.mean(changes)) if changes else float("nan")


def row(model: str, s: Stage, content: str, count: int, rate: int, runs: int) -> str:
    drawn = list(frames(s, content, count))
    with tempfile.TemporaryDirectory() as folder:
        clip = decoded(encoded(iter(drawn), Path(folder) / "clip.mkv", rate))
    loaded = load(model)
    seconds: dict[str, list[float]] = {mode: [] for mode in MODES}
    results: dict[str, list[Pixels]] = {}
    share = 0.0
    for _ in range(runs):
        for mode in MODES:
            engine = open_engine(loaded, reuse=mode)
            list(engine.clip(clip[:2]))
            taken, results[mode] = timed(engine, clip)
            seconds[mode].append(taken)
            share = engine.report.reused
    times = {mode: statistics.median(taken) for mode, taken in seconds.items()}
    quality = [min(psnr(a, b), EQUAL) for a, b in zip(results["near"], results["off"], strict=True)]
    same = all(np.array_equal(a, b) for a, b in zip(results["exact"], results["off"], strict=True))
    return (
        f"| {model} | {content} | {times['off'] / count:.3f} | {times['exact'] / times['off']:.2f}x "
        f"{'equal' if same else 'DIFFERENT'} | {times['off'] / times['near']:.2f}x | {share:.0%} | "
        f"{np.mean(quality):.1f} / {min(quality):.1f} | "
        f"{flicker(results['off'], drawn):.3f} / {flicker(results['near'], drawn):.3f} |"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--models", default="animesr-v2,realesr-animevideov3")
    arguments.add_argument("--content", default=",".join(CONTENT))
    arguments.add_argument("--frames", type=int, default=36)
    arguments.add_argument("--rate", type=int, default=500)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    drawings = stage(given.data)
    print("| network | content | off, s/frame | exact | near is faster | reused | dB mean / min | flicker |")
    print("|---|---|---|---|---|---|---|---|")
    for model in given.models.split(","):
        for content in given.content.split(","):
            print(row(model, drawings, content, given.frames, given.rate, given.runs), flush=True)


if __name__ == "__main__":
    main()
