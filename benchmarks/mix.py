"""Choose how often each way of degrading comes in the preset `mixed`, by what networks learn from each mix.

    OMP_NUM_THREADS=1 python benchmarks/mix.py [../shared/data] [--out mixes] [--steps 600]

The same patches of drawings of train are degraded by each of the three presets; a mix takes each patch from
one of them, as often as its share says. The small network of recipes/lite-4x-1.toml learns GT from each mix
alike. Judged are drawings of val, degraded by each preset: how far a mix stays behind the best mix there, in
ST-LPIPS, and at worst. The mix with the least worst is the one to take: whoever comes, with whatever is
wrong, is served. The same command goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from apisr import RECIPES, link, linked, restoring
from sakuga.cli import train as cli
from sakuga.cli.prepare import prepare
from sakuga.train.judging import judged
from sakuga.train.loop import NEWEST
from sakuga.train.pairs import PARTS
from sakuga.train.validation import held_out

PRESETS = ("apisr", "broadcast", "animesr")
MIXES: Mapping[str, tuple[float, ...]] = {
    "apisr alone": (1, 0, 0),
    "broadcast alone": (0, 1, 0),
    "animesr alone": (0, 0, 1),
    "50 : 30 : 20": (0.5, 0.3, 0.2),
    "30 : 50 : 20": (0.3, 0.5, 0.2),
    "33 : 33 : 33": (1 / 3, 1 / 3, 1 / 3),
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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=Path("mixes"))
    arguments.add_argument("--steps", type=int, default=600)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    names = prepared(given.data, given.out)
    values: dict[str, list[float]] = {}
    for number, (mix, shares) in enumerate(MIXES.items()):
        folder = given.out / f"mix-{number}"
        mixed(given.out, names, shares, folder)
        restore = restoring(learned(folder, given.steps))
        held = [held_out(given.out / "val", preset, SCALE) for preset in PRESETS]
        values[mix] = [judged(restore, each)["st-lpips"] for each in held]
    best = [min(column) for column in zip(*values.values(), strict=True)]
    print(f"| {' : '.join(PRESETS)} | {' | '.join(PRESETS)} | behind, at worst |\n|---|---|---|---|---|")
    for mix, row in values.items():
        behind = max(value / least - 1 for value, least in zip(row, best, strict=True))
        print(f"| {mix} | {' | '.join(f'{value:.4f}' for value in row)} | {behind:.1%} |")


if __name__ == "__main__":
    main()
