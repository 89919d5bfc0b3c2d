"""The first points of the curves that sakuga's own networks learn by, on drawings of this repository.

    OMP_NUM_THREADS=1 python benchmarks/first.py [--only lite-4x] [--out training/first.csv]

Five drawings become triples as in benchmarks/weights.py, teacher and all, and the recipe of stage 1 learns
from them for as many steps as the table has. The same numbers come out again, but for what another processor
rounds otherwise: so a change, or another machine, is known to learn as those did that the weights are from.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from sakuga.cli.prepare import prepare
from sakuga.cli.train import train
from sakuga.train.log import CURVES
from weights import CROP, MADE, SCALES, TEACHER, shrunk

ROOT = Path(__file__).parents[1]
DRAWINGS = ROOT / "training" / "drawings"
STEPS = {"lite-2x": 200, "lite-4x": 200, "cel-4x": 60}
EVERY = 20


def points(name: str, folder: Path) -> list[tuple[str, int, float]]:
    """(network, step, mean distance to the teacher since the point before)."""
    prepared = folder / "prepared"
    prepare(DRAWINGS, out=prepared, preset="mixed", scale=MADE, crop=CROP, teacher=TEACHER)
    if SCALES[name] != MADE:
        prepared = shrunk(prepared, folder / "shrunk", MADE // SCALES[name])
    changes = [f"data.prepared={prepared}", f"schedule.steps={STEPS[name]}", f"run.log_every={EVERY}"]
    train(ROOT / "recipes" / f"{name}-1.toml", out=folder / "trained", set=changes)
    with (folder / "trained" / CURVES).open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["name"] == "loss pixel"]
    return [(name, int(row["step"]), round(float(row["value"]), 5)) for row in rows]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--only", choices=STEPS)
    arguments.add_argument("--out", type=Path, default=ROOT / "training" / "first.csv")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    rows: list[tuple[str, int, float]] = []
    for name in [given.only] if given.only else STEPS:
        with TemporaryDirectory() as folder:
            rows += points(name, Path(folder))
    with given.out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("network", "step", "pixel"), *rows])


if __name__ == "__main__":
    main()
