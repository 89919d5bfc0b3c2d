"""APISR's two stages for real, at the size that one core can learn: is it better than a bicubic enlargement?

    python benchmarks/apisr.py [../shared/data] [--out FOLDER] [--curve FILE.csv] [--plot FILE] [--sheet FILE]

Every drawing of the train split is cut into triples of 96 pixels (`sakuga prepare`, preset apisr, 2x), then
recipes/apisr-small-1.toml learns from pixels alone, and recipes/apisr-small-2.toml goes on with the twin
perceptual loss and a critic. Judged is what comes of the drawings of val, each degraded once by a fixed seed:
PSNR of RGB against GT, NIQE, ST-LPIPS against GT, means. One thread; the same command goes on where it was.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from curves import drawn
from drawings import Drawings
from sakuga.cli import train as cli
from sakuga.cli.prepare import prepare
from sakuga.media.sheet import Row, sheet
from sakuga.models.load import load
from sakuga.train.judging import MEASURES, Restore, bicubic, by, judged
from sakuga.train.log import CURVES
from sakuga.train.validation import Held, held_out

RECIPES = Path(__file__).parents[1] / "recipes"
STAGES = ("apisr-small-1", "apisr-small-2")
KINDS = ("cel", "character", "comic", "painting", "vector")
SHOWN = ("psnr", "psnr of bicubic", "niqe", "st-lpips", "loss pixel", "loss vgg16-stlpips")
PART = 192
"""Side of what a sheet shows of a drawing."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line."""

    data: Path
    out: Path
    curve: Path | None
    plot: Path | None
    sheet: Path | None


def linked(data: Path, out: Path, every: int = 1) -> None:
    """Folders train and val of links to the drawings of that split, of val of one in `every`."""
    drawings = Drawings(data)
    for split, step in (("train", 1), ("val", every)):
        (out / split).mkdir(parents=True, exist_ok=True)
        for file in sorted(name for kind in KINDS for name in drawings.files(kind, split))[::step]:
            link(out / split / file.replace("/", "__"), data / file)


def link(place: Path, file: Path) -> None:
    """Let `place` lead to `file`, unless it is a link already."""
    if not place.is_symlink():
        place.symlink_to(file.resolve())


def learned(out: Path, stages: Sequence[str] = STAGES) -> dict[str, Path]:
    """Stage -> exported model; each stage goes on until it is done."""
    models: dict[str, Path] = {}
    changes = [f"data.prepared={out / 'prepared'}", f"data.validation={out / 'val'}"]
    for name in stages:
        models[name] = out / f"{name}.safetensors"
        if not models[name].is_file():
            cli.train(RECIPES / f"{name}.toml", out=out / name, set=changes)
            cli.export(out / name / "newest.sakuga-train", out=models[name])
        changes = [*changes[:2], f"model.start={models[name]}"]
    return models


def restoring(path: Path) -> Restore:
    """What the exported model does."""
    network = load(path).module
    assert network is not None
    return by(network.eval(), torch.device("cpu"))


def told(out: Path, path: Path) -> None:
    """Losses and validation of both stages, every 250 steps, as a small CSV."""
    rows: list[tuple[str, str, str, str]] = []
    for name in STAGES:
        with (out / name / CURVES).open(encoding="utf-8", newline="") as lines:
            kept = [row for row in csv.DictReader(lines) if int(row["step"]) % 250 == 0]
        rows += [(name, row["step"], row["name"], f"{float(row['value']):.5g}") for row in kept]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("stage", "step", "name", "value"), *rows])


def plotted(out: Path, path: Path) -> None:
    """The curves of both stages, one above the other."""
    panels = [np.asarray(drawn(out / name / CURVES, SHOWN)) for name in STAGES]
    Image.fromarray(np.concatenate(panels)).save(path, quality=80)


def shown(ways: dict[str, Restore], held: list[Held], path: Path) -> None:
    """Of every sixth drawing the middle: bicubic, both stages, GT."""
    rows: list[Row] = []
    for each in held[::6]:
        top, left = ((side - PART) // 2 for side in each.gt.shape[:2])
        part = (slice(max(0, top), max(0, top) + PART), slice(max(0, left), max(0, left) + PART))
        rows.append(Row([*(restore(each)[part] for restore in ways.values()), each.gt[part]], ""))
    Image.fromarray(sheet(rows)).save(path, quality=90)


def run(options: Options) -> None:
    """All of it."""
    torch.set_num_threads(1)
    linked(options.data, options.out)
    prepare(options.out / "train", out=options.out / "prepared", preset="apisr", scale=2, crop=96)
    models = learned(options.out)
    held = held_out(options.out / "val", "apisr", 2)
    ways = {"bicubic": bicubic, **{name: restoring(path) for name, path in models.items()}}
    print(f"| {len(held)} drawings of val | PSNR, dB | NIQE | ST-LPIPS |\n|---|---|---|---|")
    for name, restore in ways.items():
        values = judged(restore, held)
        print(f"| {name} | {' | '.join(f'{values[measure]:.3f}' for measure in MEASURES)} |")
    if options.curve:
        told(options.out, options.curve)
    if options.plot:
        plotted(options.out, options.plot)
    if options.sheet:
        shown(ways, held, options.sheet)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=Path("learned"))
    for name in ("curve", "plot", "sheet"):
        arguments.add_argument(f"--{name}", type=Path)
    run(Options(**vars(arguments.parse_args())))


if __name__ == "__main__":
    main()
