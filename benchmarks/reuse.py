"""Time restoring with reuse against without, on clips of limited animation, and compare the frames.

    python benchmarks/reuse.py [../shared/data] [--models animesr-v2,realesr-animevideov3] [--frames 36]

For each content type: x264 at --rate kb/s, 640x480; `off` and --modes in one process, in turn. Times are the
medians over --runs of the ratios to that run's `off`, by the clock and by the processor time that was spent,
which other programs disturb less. `run` is the share of all pixels, with halos, that the network ran over.
PSNR of `near` is per frame against `off`, mean (equal frames count as 60 dB) and minimum. Flicker is the mean
change from frame to frame where the drawing is held, in 8-bit levels, of `off` and of `near`.

    python benchmarks/reuse.py --compare

times the comparing alone, which constant motion pays for nothing, at 480p and 1080p.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

import cv2
import numpy as np

from held import CONTENT, LENGTH, Stage, encoded, frames, stage
from sakuga.engine.engine import Engine, open_engine
from sakuga.engine.precision import psnr
from sakuga.engine.reuse import Reuse, Saved
from sakuga.media.frames import Pixels
from sakuga.media.video import open_video
from sakuga.models.catalog import CATALOG
from sakuga.models.load import Model, load

EQUAL = 60.0
"""dB that two equal frames count as in a mean."""


@dataclass
class Pass:
    """One way through a clip with one mode."""

    wall: float = 0.0
    processor: float = 0.0
    """Seconds."""
    run: float = 0.0
    """Share of the pixels that the network ran over, 0..1."""
    quality: list[float] = field(default_factory=list)
    """dB of each frame against `off`."""
    same: bool = True
    changes: list[float] = field(default_factory=list)
    """Mean change, in levels, of each frame whose drawing is that of the frame before."""

    def ratios(self, off: Pass) -> tuple[float, float]:
        """How many times as long as `off`, by the clock and by the processor."""
        return self.wall / off.wall, self.processor / off.processor


def decoded(path: Path) -> list[Pixels]:
    with open_video(path) as video:
        return [frame.pixels for frame in video.frames()]


def results(engine: Engine, clip: list[Pixels], done: Pass) -> Iterator[Pixels]:
    """Each result, its time added to `done` and that of whoever takes it left out."""
    made = engine.clip(clip)
    while True:
        wall, processor = time.perf_counter(), time.process_time()
        result = next(made, None)
        done.wall += time.perf_counter() - wall
        done.processor += time.process_time() - processor
        if result is None:
            return
        yield result


def opened(model: Model, mode: str, frame: Pixels) -> tuple[Engine, float]:
    """An engine that has compiled what it needs, and the frames' worth of pixels that this took."""
    engine = open_engine(model, reuse=mode)
    patched = frame.copy()
    patched[:64, :64] = 255 - patched[:64, :64]
    list(engine.clip([frame, patched]))
    return engine, 2 * (1 - engine.report.reused)


def passed(
    model: Model, mode: str, clip: list[Pixels], drawn: list[Pixels], off: list[Pixels] | None
) -> tuple[Pass, list[Pixels]]:
    """Go through `clip` once, and compare with `off`, whose own results are given back."""
    engine, before = opened(model, mode, clip[0])
    done, kept, last = Pass(), [], clip[0]
    for n, result in enumerate(results(engine, clip, done)):
        if off is None:
            kept.append(result)
        else:
            done.quality.append(min(psnr(result, off[n]), EQUAL))
            done.same &= done.quality[-1] == EQUAL and np.array_equal(result, off[n])
        if n and np.array_equal(drawn[n], drawn[n - 1]):
            done.changes.append(float(cv2.absdiff(result, last).mean()))
        last = result
    done.run = ((1 - engine.report.reused) * (len(clip) + 2) - before) / len(clip)
    return done, kept


def row(name: str, s: Stage, content: str, given: argparse.Namespace) -> str:
    drawn = list(frames(s, content, LENGTH.get(content, given.frames)))
    with tempfile.TemporaryDirectory() as folder:
        clip = decoded(encoded(iter(drawn), Path(folder) / "clip.mkv", given.rate))
    model = load(name)
    passes: dict[str, list[Pass]] = {mode: [] for mode in ("off", *given.modes.split(","))}
    for _ in range(given.runs):
        off = None
        for mode, done in passes.items():
            one, shown = passed(model, mode, clip, drawn, off)
            off = shown if off is None else off
            done.append(one)
    cells = [name, content, f"{median(p.wall for p in passes['off']) / len(clip):.2f}"]
    return " | ".join(["", *cells, *_exact(passes), *_near(passes), ""]).strip()


def _ratios(passes: dict[str, list[Pass]], mode: str) -> tuple[float, float]:
    """Medians, by the clock and by the processor."""
    pairs = [one.ratios(off) for one, off in zip(passes[mode], passes["off"], strict=True)]
    return median(clock for clock, _ in pairs), median(processor for _, processor in pairs)


def _exact(passes: dict[str, list[Pass]]) -> list[str]:
    if "exact" not in passes:
        return [""]
    clock, processor = _ratios(passes, "exact")
    same = all(done.same for done in passes["exact"])
    return [f"{'equal' if same else 'DIFFERENT'}, {clock:.2f}x, {processor:.2f}x"]


def _near(passes: dict[str, list[Pass]]) -> list[str]:
    off, near = passes["off"][-1], passes["near"][-1]
    faster = [f"{1 / ratio:.1f}x" for ratio in _ratios(passes, "near")]
    quality = f"{fmean(near.quality):.1f} / {min(near.quality):.1f}"
    flicker = " / ".join(f"{fmean(done.changes):.3f}" for done in (off, near) if done.changes)
    return [*faster, f"{near.run:.0%}", quality, flicker]


def compare(s: Stage) -> Iterator[str]:
    """Milliseconds of `near` per frame of constant motion, without a network."""
    clip = list(frames(s, "motion", 24))
    for width, height in ((640, 480), (1920, 1080)):
        large = [cv2.resize(frame, (width, height)) for frame in clip]
        reuse = Reuse("near", CATALOG["animesr-v2"], Saved(), regions=True)
        began = time.process_time()
        whole = [reuse.todo(frame, fresh=n == 0) is None for n, frame in enumerate(large)]
        spent = 1000 * (time.process_time() - began) / len(clip)
        yield f"{width}x{height}: {spent:.1f} ms a frame, {sum(whole)} of {len(clip)} run whole"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--models", default="animesr-v2,realesr-animevideov3")
    arguments.add_argument("--content", default=",".join(CONTENT))
    arguments.add_argument("--frames", type=int, default=36)
    arguments.add_argument("--rate", type=int, default=500)
    arguments.add_argument("--modes", default="exact,near")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--compare", action="store_true")
    given = arguments.parse_args()
    drawings = stage(given.data)
    if given.compare:
        print("\n".join(compare(drawings)))
        return
    print("| network | content | off, s/frame | exact | near, by clock | by processor | run | dB | flicker |")
    print("|---|---|---|---|---|---|---|---|---|")
    for model in given.models.split(","):
        for content in given.content.split(","):
            print(row(model, drawings, content, given), flush=True)


if __name__ == "__main__":
    main()
