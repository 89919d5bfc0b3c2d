"""APISR's Table 3 on a small budget, by `sakuga ablate`: a few minutes of one core.

    python benchmarks/ablate.py [../shared/data] [--steps 300] [--out ablated]

Cuts of 256x256 pixels out of drawings of train are learned from, others of val are judged on; a small Compact
learns from pixels alone. What comes out says how the command works, and little about the paper's full size.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from drawings import Drawings
from sakuga.cli.ablate import ablate

SIDE = 256
COUNTS = {"train": {"comic": 32, "vector": 16}, "val": {"comic": 6, "vector": 6}}
CHANGES = (
    "model.network=compact",
    "model.options={ convs = 8, channels = 32 }",
    "data.crop=64",
    "data.crops=8",
    "data.batch=8",
    "data.workers=0",
    "schedule.rate=1e-3",
    "schedule.halve_every=150",
    "run.precision=fp32",
)


def cut(root: Path, folder: Path) -> None:
    """The middle of each drawing."""
    drawings = Drawings(root)
    for split, counts in COUNTS.items():
        (folder / split).mkdir(parents=True, exist_ok=True)
        for kind, count in counts.items():
            files = drawings.files(kind, split)
            for number in range(count):
                name = files[number * len(files) // count]
                drawing = drawings.open(name)
                left, top = (drawing.width - SIDE) // 2, (drawing.height - SIDE) // 2
                part = drawing.crop((left, top, left + SIDE, top + SIDE))
                part.save(folder / split / f"{kind}-{number:02}.png")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--steps", type=int, default=300)
    arguments.add_argument("--out", type=Path, default=Path("ablated"))
    given = arguments.parse_args()
    torch.set_num_threads(1)
    pictures = given.out / "pictures"
    cut(given.data, pictures)
    where = (f"data.manifest={pictures / 'train'}", f"data.validation={pictures / 'val'}")
    began = time.process_time()
    ablate(
        Path("recipes/apisr-grl-1.toml"),
        table="degradation",
        out=given.out,
        set=[*CHANGES, *where, f"schedule.steps={given.steps}"],
        device="cpu",
    )
    print(f"{(time.process_time() - began) / 60:.1f} minutes of one core")


if __name__ == "__main__":
    main()
