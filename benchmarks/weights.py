"""Make sakuga's own networks again: data, stages, and the file that benchmarks/ship.py installs.

    OMP_NUM_THREADS=1 python benchmarks/weights.py lite-4x [../shared/data] [--out FOLDER] [--workers 2]

All drawings of the train split under CC0, CC-BY or MIT, and stills that `sakuga compose` makes of them, are
cut into patches of 192 pixels with what Real-ESRGAN's anime network makes of their LQ (`sakuga prepare
--teacher`, preset mixed, 4x).
recipes/MODEL-1.toml learns to draw that. recipes/MODEL-2.toml goes on with the twin perceptual loss on every
fourth patch, in which the teacher's lines are made as deep as they were drawn: by APISR's line enhancement,
in as few rounds as it takes, for what is learned from a faded line is a fainter one. recipes/lite-4x-3.toml
takes away most of the grid that the perceptual losses leave in so small a network. recipes/cel-4x-3.toml goes
on to APISR's pseudo-GT, and cel-4x lies between what comes of it and what it began with (network
interpolation, ESRGAN, 2018). Every fourth drawing of val is looked at on the way. FOLDER/MODEL.safetensors
comes out. lite-2x learns from the same LQ, with targets at half their size. The same command goes on where it
was; all networks share their data.
"""

from __future__ import annotations

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from safetensors import torch as safetensors_torch

from apisr import RECIPES, link, linked
from sakuga.cli import train as cli
from sakuga.cli.compose import compose
from sakuga.cli.prepare import prepare
from sakuga.degrade.lines import ROUNDS, enhance
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.metrics.line_contrast import line_contrast
from sakuga.models import checkpoint, metadata
from sakuga.train import recipe
from sakuga.train.loop import NEWEST
from sakuga.train.pairs import TEACHER as TAUGHT

SCALES = {"lite-2x": 2, "lite-4x": 4, "cel-4x": 4}
MADE = 4
"""The scale that data is made at."""
TEACHER = "realesrgan-anime-6b"
LICENCES = ("CC0-1.0", "CC-BY-4.0", "MIT")
"""Of drawings that weights may be learned from."""
MANIFEST = "manifest.csv"
COMPOSED, CROP = 40, 192
LINED = 4
"""Of so many patches, stage 2 has one."""
BETWEEN = {"cel-4x": 0.5}
"""Of networks that lie between their last two stages, the share of the last one."""
LOOKED_AT = 4
"""Of so many drawings of val, one is looked at while a network learns."""


def gathered(data: Path, out: Path, scale: int, workers: int) -> tuple[Path, Path]:
    """The folders prepared for a scale: for stage 1, and with lines for those after it."""
    allowed(data, out / "drawings")
    linked(out / "drawings", out, LOOKED_AT)
    compose(out / "drawings", out=out / "composed", count=COMPOSED, workers=workers)
    for still in (out / "composed" / "shots").iterdir():
        link(out / "train" / f"composed__{still.name}", still)
    prepared = out / "prepared"
    how = {"preset": "mixed", "scale": MADE, "crop": CROP, "teacher": TEACHER, "workers": workers}
    prepare(out / "train", out=prepared, **how)
    both = prepared, lined(prepared, out / "prepared-lined", workers)
    if scale == MADE:
        return both
    plain, drawn = (shrunk(each, each.with_name(f"{each.name}-{scale}x"), MADE // scale) for each in both)
    return plain, drawn


def allowed(data: Path, out: Path) -> None:
    """Links to all drawings whose licence lets them be learned from, and their manifest."""
    with (data / MANIFEST).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["licence"] in LICENCES]
    for row in rows:
        (out / row["file"]).parent.mkdir(parents=True, exist_ok=True)
        link(out / row["file"], data / row["file"])
    with (out / MANIFEST).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def lined(prepared: Path, out: Path, workers: int) -> Path:
    """Every fourth LQ, and what the teacher made of it with lines as deep as they were drawn."""
    names = [path.name for path in sorted((prepared / TAUGHT).glob("*.png"))[::LINED]]
    (out / "lq").mkdir(parents=True, exist_ok=True)
    for name in names:
        link(out / "lq" / name, prepared / "lq" / name)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(draw, [prepared] * len(names), [out] * len(names), names, chunksize=32))
    return out


def draw(prepared: Path, out: Path, name: str) -> None:
    """One patch with its lines sharpened until they are as deep as the drawing's, or three times."""
    if (out / TAUGHT / name).is_file():
        return
    patch, gt = (read_rgb(prepared / part / name) for part in (TAUGHT, "gt"))
    for rounds in range(ROUNDS + 1):
        made = enhance(patch, background="original", rounds=rounds).picture
        if not line_contrast(made, gt) < 1:
            break
    write_rgb(out / TAUGHT / name, made)


def shrunk(prepared: Path, out: Path, by: int) -> Path:
    """The same LQ, and what the teacher made of it with sides divided by `by`."""
    out.mkdir(exist_ok=True)
    link(out / "lq", prepared / "lq")
    for path in (prepared / TAUGHT).glob("*.png"):
        if not (out / TAUGHT / path.name).is_file():
            patch = read_rgb(path)
            size = patch.shape[1] // by, patch.shape[0] // by
            small = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
            write_rgb(out / TAUGHT / path.name, np.asarray(small, np.uint8))
    return out


def learned(name: str, out: Path, sets: tuple[Path, Path]) -> None:
    """All stages that have a recipe, each until it is done."""
    always = f"data.validation={out / 'val'}"
    made: list[Path] = []
    for file in sorted(RECIPES.glob(f"{name}-?.toml")):
        start = [f"model.start={path}" for path in made[-1:]]
        drawn = bool(made) and recipe.read(file).data.target == TAUGHT
        model = out / f"{file.stem}.safetensors"
        if not model.is_file():
            cli.train(file, out=out / file.stem, set=[always, *start, f"data.prepared={sets[drawn]}"])
            cli.export(out / file.stem / NEWEST, out=model)
        made.append(model)
    *_, before, last = made
    between(before, last, out / f"{name}.safetensors", BETWEEN.get(name, 1.0))


def between(first: Path, last: Path, out: Path, share: float) -> None:
    """A network whose weights are means of two others', by the `share` of the last."""
    old, new = (checkpoint.read(path) for path in (first, last))
    means = {name: torch.lerp(old[name], new[name], share) for name in new}
    cast("Any", safetensors_torch).save_file(means, out, {metadata.KEY: metadata.of_safetensors(last)})


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("model", choices=SCALES)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=Path("weights"))
    arguments.add_argument("--workers", type=int, default=1)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    learned(given.model, given.out, gathered(given.data, given.out, SCALES[given.model], given.workers))


if __name__ == "__main__":
    main()
