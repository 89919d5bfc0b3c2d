"""Time our engine against the same network in PyTorch eager fp32, in one process, on the same frames.

    python benchmarks/engine.py [--models animesr-v2,...] [--size 480x640] [--runs 5] [--device auto]

Both sides take uint8 frames and give uint8 frames; each figure is the median of several runs, taken in turn.
The fidelity is that of 16-bit results, so that rounding to 8 bits does not hide the difference.

    python benchmarks/engine.py --rates lite-2x [--data ../shared/data]

tells instead how many frames of 640x480 a second the engine restores as `sakuga restore` runs it, colour lock
and all, without reuse and with it, on encoded clips of limited animation (benchmarks/held.py).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from held import LENGTH, encoded, frames, stage
from sakuga.engine.engine import open_engine
from sakuga.engine.precision import psnr
from sakuga.errors import WeightsError
from sakuga.media.frames import Pixels
from sakuga.media.video import open_video
from sakuga.models import networks
from sakuga.models.catalog import CATALOG
from sakuga.models.load import Model, load

MODELS = ("animesr-v2", "apisr-grl-4x", "realesrgan-anime-6b", "realesr-animevideov3")
SIZES = {"apisr-grl-4x": (240, 320), "realesrgan-anime-6b": (240, 320)}
"""Heavier networks are timed on smaller frames, or a run would take minutes."""
FRAMES = 3
CONTENTS = ("hold", "threes", "twos", "film", "motion")
HELD, KBPS = 36, 500
"""Frames of a clip that has no length of its own, and its rate."""


class Eager:
    """What a script does: a tensor of the frame, the network in fp32, clamp, round, back."""

    def __init__(self, model: Model, device: torch.device) -> None:
        assert model.module is not None
        self._spec, self._device = model.spec, device
        self._network = model.module.to(device)

    def __call__(self, clip: list[Pixels]) -> list[Pixels]:
        white = float(np.iinfo(clip[0].dtype).max)
        frames = [torch.from_numpy(f.astype(np.float32) / white).permute(2, 0, 1)[None] for f in clip]
        frames = [frame.to(self._device) for frame in frames]
        with torch.inference_mode():
            images = self._recur(frames) if self._spec.recurrent else [self._network(f) for f in frames]
            levels = [image[0].clamp(0, 1).mul(white).round().permute(1, 2, 0) for image in images]
        return [level.cpu().numpy().astype(clip[0].dtype) for level in levels]

    def _recur(self, frames: list[torch.Tensor]) -> list[torch.Tensor]:
        return list(self._network(torch.stack(frames, 1)).unbind(1))


def median(runs: int, *tasks: Callable[[], object]) -> list[float]:
    """Seconds of each task, warmed up, the tasks in turn so that a drift of the machine hits all."""
    times: list[list[float]] = [[] for _ in tasks]
    for turn in range(runs + 1):
        for task, taken in zip(tasks, times, strict=True):
            start = time.perf_counter()
            task()
            if turn:
                taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in times]


def frames_of(path: Path, height: int, width: int) -> list[Pixels]:
    """The first frames of a real clip, cut or tiled to the size that is timed."""
    with open_video(path) as video:
        clip = [frame.pixels for frame, _ in zip(video.frames(), range(FRAMES), strict=False)]
    repeats = -(-height // clip[0].shape[0]), -(-width // clip[0].shape[1]), 1
    return [np.ascontiguousarray(np.tile(frame, repeats)[:height, :width]) for frame in clip]


def levelled(frame: Pixels) -> Pixels:
    """At the middle grey that untrained networks answer with, as others are taken for broken."""
    return np.clip(frame - frame.mean((0, 1)) + 114, 0, 255).astype(np.uint8)


def untrained(name: str) -> Model:
    """The network of a catalog entry with seeded weights, where the published file is out of reach."""
    torch.manual_seed(0)
    return Model(CATALOG[name], networks.build(CATALOG[name]).eval(), None)


def opened(name: str) -> tuple[Model, str]:
    try:
        return load(name), ""
    except WeightsError:
        return untrained(name), " (seeded weights)"


def row(name: str, size: tuple[int, int], runs: int, device: str, source: Path) -> list[str]:
    model, remark = opened(name)
    clip = frames_of(source, *size)
    if remark:
        clip = [levelled(frame) for frame in clip]
    bare = {"device": device, "color_lock": False, "reuse": "off"}
    engines = {"fp32": open_engine(model, precision="fp32", **bare)}
    auto = open_engine(model, **bare)
    if auto.report.precision != "fp32":
        engines[auto.report.precision] = auto
    target = torch.device("cpu" if device in ("auto", "cpu") and not torch.cuda.is_available() else "cuda")
    eager = Eager(model, target)
    tasks = [lambda: eager(clip), *(lambda e=e: list(e.clip(clip)) for e in engines.values())]
    seconds = [s / len(clip) for s in median(runs, *tasks)]
    deep = [frame.astype(np.uint16) * 257 for frame in clip]
    truth = np.stack(eager(deep))
    lines = [f"| {name}{remark} | {size[1]}x{size[0]} | PyTorch eager fp32 | {seconds[0]:.3f} | 1.00 | |"]
    for (kind, engine), taken in zip(engines.items(), seconds[1:], strict=True):
        quality = psnr(np.stack(list(engine.clip(deep))), truth)
        lines.append(
            f"| {name}{remark} | {size[1]}x{size[0]} | sakuga {engine.report.backend} {kind} | {taken:.3f} "
            f"| {seconds[0] / taken:.2f} | {quality:.1f} dB |"
        )
    return lines


def rates(name: str, content: str, data: Path, runs: int) -> str:
    """Frames a second of one clip, every mode in turn."""
    with TemporaryDirectory() as folder:
        path = encoded(
            frames(stage(data), content, LENGTH.get(content, HELD)), Path(folder) / "clip.mkv", KBPS
        )
        with open_video(path) as video:
            clip = [frame.pixels for frame in video.frames()]
    engines = [open_engine(load(name), reuse=mode) for mode in ("off", "near")]
    tasks = [lambda e=e: [None for _ in e.clip(clip)] for e in engines]
    off, near = (len(clip) / seconds for seconds in median(runs, *tasks))
    return f"| {name} | {content} | {off:.1f} | {near:.1f} | {engines[0].report.precision} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--models", default=",".join(MODELS))
    arguments.add_argument(
        "--size", default=None, help="HEIGHTxWIDTH for all models; default 480x640 or less"
    )
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--device", default="auto")
    arguments.add_argument("--clip", type=Path, default=next(Path("samples").glob("*.mkv"), None))
    arguments.add_argument("--rates", metavar="MODEL")
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = arguments.parse_args()
    if given.rates:
        print("| network | content | off, frames/s | near, frames/s | precision |\n|---|---|---|---|---|")
        for content in CONTENTS:
            print(rates(given.rates, content, given.data, given.runs), flush=True)
        return
    print("| network | frame | engine | s / frame | speed | against eager fp32 |\n|---|---|---|---|---|---|")
    for name in given.models.split(","):
        size = tuple(map(int, given.size.split("x"))) if given.size else SIZES.get(name, (480, 640))
        print("\n".join(row(name, (size[0], size[1]), given.runs, given.device, given.clip)), flush=True)


if __name__ == "__main__":
    main()
