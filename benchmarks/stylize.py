"""Scenimefy's generator through the engine: speed, tiles against the whole, memory of a large photo.

    python benchmarks/stylize.py speed [--size 512x512] [--runs 3]
    python benchmarks/stylize.py tiles [--size 1500x1000]
    python benchmarks/stylize.py large [--size 4000x3000] [--limit 6]

Without --model FILE all of it runs with seeded weights, and the photo is a made one. `speed` compares with
PyTorch eager fp32, in seconds and in processor time, which other work on the machine disturbs less. `tiles`
takes the whole picture in one piece through PyTorch in fp32 as the truth. `large` runs the whole command and
exits with 1 where its peak is above --limit GiB.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from sakuga.engine.engine import Engine, open_engine
from sakuga.engine.precision import psnr
from sakuga.media.frames import Pixels
from sakuga.models.catalog import CATALOG, SCENE
from sakuga.models.load import Model, load
from sakuga.models.translator import Translator


def seeded() -> Translator:
    torch.manual_seed(21)
    network = Translator().eval().requires_grad_(requires_grad=False)
    for parameter in network.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, 0, (2 / parameter[0].numel()) ** 0.5)
    return network


def photo(width: int, height: int, depth: type = np.uint8) -> Pixels:
    """Sky, hills and grain, (height, width, 3)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    hills = height * (0.6 + 0.2 * np.sin(x / 230) + 0.03 * np.sin(x / 31) + 0.01 * np.sin(x / 5))
    sky = np.stack([0.4 + 0.4 * y / height, 0.6 + 0.3 * y / height, 0.95 - 0.1 * y / height], -1)
    land = np.stack([0.2 + 0.2 * np.sin(x / 7) ** 2, 0.5 - 0.2 * y / height, 0.15 + 0.1 * np.sin(y / 9)], -1)
    grain = np.random.default_rng(8).normal(0, 0.03, (height, width, 1)).astype(np.float32)
    scene = np.where((y < hills)[..., None], sky, land) + grain
    return np.rint(scene.clip(0, 1) * np.iinfo(depth).max).astype(depth)


def eager(network: torch.nn.Module, frame: Pixels) -> Pixels:
    """What a script does: a tensor of the frame, the network in fp32, clamp, round, back."""
    white = float(np.iinfo(frame.dtype).max)
    x = torch.from_numpy(frame.astype(np.float32) / white).permute(2, 0, 1)[None]
    with torch.inference_mode():
        levels = network(x)[0].clamp(0, 1).mul(white).round().permute(1, 2, 0)
    return levels.numpy().astype(frame.dtype)


def drawn(engine: Engine, frame: Pixels) -> Pixels:
    return np.concatenate(list(engine.picture(frame)))


def opened(model: Model, precision: str, tile: int | None = None) -> Engine:
    return open_engine(model, device="cpu", precision=precision, tile=tile, color_lock=False, reuse="off")


def medians(runs: int, *tasks: Callable[[], object]) -> list[tuple[float, float]]:
    """Seconds and processor time of each task, warmed up, the tasks in turn so that a drift hits all."""
    times: list[list[tuple[float, float]]] = [[] for _ in tasks]
    for turn in range(runs + 1):
        for task, taken in zip(tasks, times, strict=True):
            start, spent = time.perf_counter(), time.process_time()
            task()
            if turn:
                taken.append((time.perf_counter() - start, time.process_time() - spent))
    return [tuple(map(statistics.median, zip(*taken, strict=True))) for taken in times]


def speed(model: Model, width: int, height: int, runs: int) -> int:
    assert model.module is not None
    module, frame, deep = model.module, photo(width, height), photo(width, height, np.uint16)
    engines = [opened(model, precision) for precision in ("fp32", "bf16")]
    tasks = (lambda e=engine: drawn(e, frame) for engine in engines)
    plain, *ours = medians(runs, lambda: eager(module, frame), *tasks)
    truth = eager(module, deep)
    print(f"| {width}x{height} | s | speed | processor s | speed | against eager fp32 |")
    print(f"|---|---|---|---|---|---|\n| eager fp32 | {plain[0]:.2f} | 1.00 | {plain[1]:.2f} | 1.00 | |")
    for engine, (wall, spent) in zip(engines, ours, strict=True):
        faster = f"{wall:.2f} | {plain[0] / wall:.2f} | {spent:.2f} | {plain[1] / spent:.2f}"
        print(f"| {engine.report.precision} | {faster} | {psnr(drawn(engine, deep), truth):.1f} dB |")
        for note in engine.report.notes:
            print(note)
    return 0


def tiles(model: Model, width: int, height: int) -> int:
    assert model.module is not None
    frame = photo(width, height, np.uint16)
    truth = eager(model.module, frame) / 65535
    print(f"{width}x{height}, largest difference from the whole, of values in 0..1, and PSNR:")
    results = {"tiles of 512, statistics of the whole": drawn(opened(model, "fp32", 512), frame)}
    results["tiles of 512, statistics of their own"] = naive(opened(model, "fp32"), frame)
    for name, result in results.items():
        apart = np.abs(result / 65535 - truth)
        print(f"  {name}: {apart.max():.1e}, {-10 * np.log10((apart**2).mean()):.1f} dB")
    return 0


def naive(engine: Engine, frame: Pixels, core: int = 320, halo: int = 96) -> Pixels:
    """As tilers do that know nothing of statistics: the same tiles, each a picture of its own."""
    result = np.empty_like(frame)
    for top in range(0, frame.shape[0], core):
        for left in range(0, frame.shape[1], core):
            y, x = max(0, top - halo), max(0, left - halo)
            tile = drawn(engine, frame[y : top + core + halo, x : left + core + halo])
            kept = tile[top - y : top - y + core, left - x : left - x + core]
            result[top : top + core, left : left + core] = kept
    return result


def large(file: Path | None, width: int, height: int, limit: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        source, weights = Path(folder) / "photo.png", file or Path(folder) / "seeded.pth"
        Image.fromarray(photo(width, height)).save(source, compress_level=1)
        if file is None:
            torch.save(seeded().state_dict(), weights)
        command = [sys.executable, "-m", "sakuga.cli", "stylize", str(source), "--device", "cpu"]
        began = time.monotonic()
        arguments = ["--out", str(Path(folder) / "out"), "--model", str(weights)]
        code = subprocess.run([*command, *arguments], check=False).returncode
        seconds = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss / 2**20
    print(f"{width}x{height}: {seconds:.0f} s, {used.ru_utime:.0f} s of processor time, peak {peak:.2f} GiB")
    return int(code != 0 or peak > limit)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("what", choices=("speed", "tiles", "large"))
    arguments.add_argument("--model", type=Path, default=None)
    arguments.add_argument("--size", default=None, help="WIDTHxHEIGHT")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--limit", type=float, default=6.0)
    given = arguments.parse_args()
    usual = {"speed": "512x512", "tiles": "1500x1000", "large": "4000x3000"}
    width, height = map(int, (given.size or usual[given.what]).split("x"))
    if given.what == "large":
        return large(given.model, width, height, given.limit)
    model = load(given.model) if given.model else Model(CATALOG[SCENE], seeded(), None)
    if given.what == "tiles":
        return tiles(model, width, height)
    return speed(model, width, height, given.runs)


if __name__ == "__main__":
    raise SystemExit(main())
