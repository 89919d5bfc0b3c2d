"""Choose how often each way of degrading comes in the preset `mixed`, by what networks learn from each mix.

    OMP_NUM_THREADS=1 python benchmarks/mix.py [../shared/data] [--out mixes] [--steps 1000]

The same patches of drawings of train are degraded by each of the four presets; a mix takes each patch from
one of them, as often as its share says. The small network of recipes/lite-4x-1.toml learns GT from each mix
alike. Judged are drawings of val, degraded by each preset: how far a mix stays behind the best mix there, in
ST-LPIPS, and at worst. The mix with the least worst is the one to take: whoever comes, with whatever is
wrong, is served. The same command goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

import torch

from apisr import RECIPES, link, linked, restoring
from sakuga.cli import train as cli
from sakuga.cli.prepare import prepare
from sakuga.metrics.stlpips import st_lpips_of_all
from sakuga.train.judging import Restore
from sakuga.train.loop import NEWEST
from sakuga.train.pairs import PARTS
from sakuga.train.validation import Held, held_out

PRESETS = ("apisr", "broadcast", "animesr", "web")
MIXES: Mapping[str, tuple[float, ...]] = {
    "apisr alone": (1, 0, 0, 0),
    "broadcast alone": (0, 1, 0, 0),
    "animesr alone": (0, 0, 1, 0),
    "web alone": (0, 0, 0, 1),
    "50 : 30 : 20 : 0": (0.5, 0.3, 0.2, 0),
    "40 : 25 : 15 : 20": (0.4, 0.25, 0.15, 0.2),
    "30 : 20 : 15 : 35": (0.3, 0.2, 0.15, 0.35),
    "20 : 15 : 15 : 50": (0.2, 0.15, 0.15, 0.5),
    "25 : 25 : 25 : 25": (0.25, 0.25, 0.25, 0.25),
}
"""Shares of the presets, in their order."""
GOLDEN = 0.6180339887
"""Multiples of it are spread evenly over 0..1, wherever one begins."""
EVERY, SCALE, CROP = 6, 4, 128
CHANGES = (
    "data.target=gt",
    "run.validate_every=100000",
    "run.log_every=100",
)


def prepared(data: Path, out: Path) -> list[str]:
    """Names of the patches, which are in a folder for each preset."""
    linked(data, out, 4)
    chosen = out / "chosen"
    chosen.mkdir(exist_ok=True)
    for drawing in sorted((out / "train").iterdir())[::EVERY]:
        link(chosen / drawing.name, drawing)
    for preset in PRESETS:
        prepare(chosen, out=out / preset, preset=preset, scale=SCALE, crop=CROP)
    return sorted(path.name for path in (out / PRESETS[0] / "lq").glob("*.png"))


def mixed(out: Path, names: Sequence[str], shares: Sequence[float], folder: Path) -> None:
    """Links to each patch in one of the presets' folders."""
    bounds = [sum(shares[: count + 1]) for count in range(len(shares) - 1)]
    for number, name in enumerate(names):
        place = number * GOLDEN % 1
        preset = PRESETS[sum(place >= bound for bound in bounds)]
        for part in PARTS:
            (folder / part).mkdir(parents=True, exist_ok=True)
            link(folder / part / name, out / preset / part / name)


def learned(folder: Path, steps: int) -> Path:
    model = folder / "model.safetensors"
    if not model.is_file():
        changes = [*CHANGES, f"data.prepared={folder}", f"schedule.steps={steps}"]
        cli.train(RECIPES / "lite-4x-1.toml", out=folder / "run", set=changes)
        cli.export(folder / "run" / NEWEST, out=model)
    return model


def judged(restores: Sequence[Restore], held: Sequence[Held]) -> list[float]:
    """ST-LPIPS of each, its mean over the drawings."""
    values = [st_lpips_of_all([restore(each) for restore in restores], each.gt) for each in held]
    return [fmean(column) for column in zip(*values, strict=True)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=Path("mixes"))
    arguments.add_argument("--steps", type=int, default=1000)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    names = prepared(given.data, given.out)
    restores: list[Restore] = []
    for number, shares in enumerate(MIXES.values()):
        folder = given.out / f"mix-{number}"
        mixed(given.out, names, shares, folder)
        restores.append(restoring(learned(folder, given.steps)))
    columns = [judged(restores, held_out(given.out / "val", preset, SCALE)) for preset in PRESETS]
    values = dict(zip(MIXES, zip(*columns, strict=True), strict=True))
    best = [min(column) for column in zip(*values.values(), strict=True)]
    print(f"| {' : '.join(PRESETS)} | {' | '.join(PRESETS)} | behind, at worst |\n|---|---|---|---|---|")
    for mix, row in values.items():
        behind = max(value / least - 1 for value, least in zip(row, best, strict=True))
        print(f"| {mix} | {' | '.join(f'{value:.4f}' for value in row)} | {behind:.1%} |")


if __name__ == "__main__":
    main()
