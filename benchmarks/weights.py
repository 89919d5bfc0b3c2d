"""Make sakuga's own networks again: data, both stages, and the weights.

    OMP_NUM_THREADS=1 python benchmarks/weights.py [../shared/data] [--out FOLDER] [--model lite-4x]
    [--composed 80] [--workers 1]

All drawings of the train split, and --composed stills that `sakuga compose` makes of them, are cut into
triples of 128 pixels (`sakuga prepare`, preset mixed, 4x). recipes/MODEL-1.toml learns from pixels alone, and
recipes/MODEL-2.toml goes on with the twin perceptual loss and a critic; every fourth drawing of val is looked
at on the way. FOLDER then has MODEL.safetensors, of which benchmarks/ship.py makes what is installed. The
same command goes on where it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from apisr import learned, linked
from sakuga.cli import train as cli
from sakuga.cli.compose import compose
from sakuga.cli.prepare import prepare
from sakuga.train.loop import NEWEST

MODELS = ("lite-4x", "cel-4x")
CROP, SCALE = 128, 4
LOOKED_AT = 4
"""Of so many drawings of val, one is looked at while a network learns."""


def gathered(data: Path, out: Path, composed: int, workers: int) -> None:
    """The folder prepared."""
    linked(data, out, LOOKED_AT)
    compose(data, out=out / "composed", count=composed, workers=workers)
    for still in (out / "composed" / "shots").iterdir():
        link = out / "train" / f"composed__{still.name}"
        if not link.is_symlink():
            link.symlink_to(still.resolve())
    prepare(out / "train", out=out / "prepared", preset="mixed", scale=SCALE, crop=CROP, workers=workers)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=Path("weights"))
    arguments.add_argument("--model", choices=MODELS, default=MODELS[0])
    arguments.add_argument("--composed", type=int, default=80)
    arguments.add_argument("--workers", type=int, default=1)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    gathered(given.data, given.out, given.composed, given.workers)
    stages = [f"{given.model}-{stage}" for stage in (1, 2)]
    learned(given.out, stages)
    cli.export(given.out / stages[-1] / NEWEST, out=given.out / f"{given.model}.safetensors")


if __name__ == "__main__":
    main()
