"""A real training of scene translation, from open photos and drawings to a model, and what it is worth.

    OMP_NUM_THREADS=1 python benchmarks/scenes.py [../shared/data] [--work scenes] [--parts make,train]
    [--set schedule.steps=20]

make: from the manifest's train split, photos, panels of comics, and pairs whose drawing is the photo painted by
the rules of `painted.py`. train: recipes/scenimefy-small-2.toml on them; the same command goes on where it was.
Keeps the network before it has learned anything, half way and at the end.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from drawings import Drawings
from painted import Painter, Rgb, panels, reduced, squares
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.train import recipe
from sakuga.train.events import Event, Noted, Saved, Stepped, Validated
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.run import samples_of, train

RECIPE = Path(__file__).parents[1] / "recipes" / "scenimefy-small-2.toml"
SHORT = 200
"""Pixels of the shorter side of photos and drawings."""
SIDE = 160
"""Of both pictures of a pair."""
STAGES = ("start", "middle", "end")


@dataclass(frozen=True, slots=True)
class Work:
    """The folder of one run."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def trained(self) -> Path:
        return self.root / "trained"

    def stage(self, name: str) -> Path:
        """A checkpoint that is kept."""
        return self.root / f"{name}.sakuga-train"


def rows(root: Path, kind: str, splits: Sequence[str]) -> list[Path]:
    """Pictures of the manifest, those of the test split as well: for final numbers."""
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        return [
            root / row["file"]
            for row in csv.DictReader(lines)
            if row["kind"] == kind and row["split"] in splits
        ]


def cut(pages: Sequence[Path]) -> list[Rgb]:
    return [reduced(panel, SHORT) for page in pages for panel in panels(read_rgb(page))]


def make(root: Path, work: Work) -> None:
    """Photos, drawings, pairs, and what is held out."""
    if (work.data / "made").exists():
        return
    drawings = Drawings(root)
    comics = cut([root / name for name in drawings.files("comic", "train")])
    for number, panel in enumerate(comics):
        write_rgb(work.data / "drawings" / f"{number:03}.png", panel)
    painter, count = Painter(comics), 0
    for name in drawings.files("photo", "train"):
        photo = read_rgb(root / name)
        write_rgb(work.data / "photos" / f"{Path(name).stem}.png", reduced(photo, SHORT))
        for square in squares(photo, SIDE):
            write_rgb(work.data / "pairs" / "photo" / f"{count:03}.png", square)
            write_rgb(work.data / "pairs" / "anime" / f"{count:03}.png", painter.painted(square))
            count += 1
    for photo in rows(root, "photo", ["test"]):
        write_rgb(work.data / "held" / f"{photo.stem}.png", reduced(read_rgb(photo), 256))
    for number, panel in enumerate(cut(rows(root, "comic", ["val", "test"]))):
        write_rgb(work.data / "held-drawings" / f"{number:03}.png", panel)
    (work.data / "made").touch()
    print(f"{len(comics)} drawings, {count} pairs", flush=True)


def told(work: Work, changes: Sequence[str]) -> Recipe:
    given = {"photos": "photos", "drawings": "drawings", "pairs": "pairs", "validation": "held"}
    ours = [f"data.{name}={work.data / folder}" for name, folder in given.items()]
    return recipe.read(RECIPE, [*ours, *changes])


def learn(work: Work, changes: Sequence[str]) -> None:
    """The recipe, with the network kept at three stages."""
    asked = told(work, changes)
    every = asked.run.save_every
    stages = {asked.schedule.steps // 2 // every * every: "middle", asked.schedule.steps: "end"}
    if not (work.trained / NEWEST).exists():
        machine = Machine(asked.run.precision, "cpu")
        begun = Loop(asked, work.trained, samples_of(asked), machine).save()
        shutil.copyfile(begun, work.stage("start"))

    def show(event: Event) -> None:
        match event:
            case Stepped():
                words = ", ".join(f"{name} {value:.4f}" for name, value in event.losses.items())
                print(f"step {event.step}: {words}; {event.samples:.2f}/s", flush=True)
            case Validated():
                print(f"step {event.step}:", dict(event.values), flush=True)
            case Saved() if event.step in stages:
                shutil.copyfile(event.path, work.stage(stages[event.step]))
            case Noted():
                print(event.sentence, flush=True)
            case _:
                pass

    train(asked, work.trained, device="cpu", on_event=show)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--work", type=Path, default=Path("scenes"))
    arguments.add_argument("--parts", default="make,train")
    arguments.add_argument("--set", action="append", default=[])
    given = arguments.parse_args()
    torch.set_num_threads(1)
    work = Work(given.work)
    parts: dict[str, Callable[[], None]] = {
        "make": lambda: make(given.data, work),
        "train": lambda: learn(work, given.set),
    }
    for name in given.parts.split(","):
        parts[name]()


if __name__ == "__main__":
    main()
