"""A real training of scene translation, from open photos and drawings to a model, and what it is worth.

    OMP_NUM_THREADS=1 python benchmarks/scenes.py [../shared/data] [--work scenes]
    [--parts make,train,measure,film] [--set schedule.steps=20]

make: from the manifest's train split, photos, panels of comics, and pairs whose drawing is the photo painted
by the rules of `painted.py`. train: recipes/scenimefy-small-2.toml on them; the same command goes on where it
was. Keeps the network before it has learned anything, half way and at the end. measure: the three exported,
at work in `sakuga stylize` on the photos of the test split; table.csv, sheet.png and curves.png. film: a pan
of 5 seconds over one of these photos, with sound, subtitles, a font and chapters, through the same command;
what came through is compared, and film.png shows frames of both.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import torch

import curves
import looks
from drawings import Drawings
from painted import Painter, Rgb, panels, reduced, squares
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.media.sheet import Row, sheet
from sakuga.stylize.job import stylize
from sakuga.stylize.settings import StylizeSettings
from sakuga.train import recipe
from sakuga.train.events import Event, Noted, Saved, Stepped, Validated
from sakuga.train.export import export
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.run import samples_of, train
from stylize_video import filmed, pan
from stylize_video import told as told_of

RECIPE = Path(__file__).parents[1] / "recipes" / "scenimefy-small-2.toml"
SHORT = 200
"""Pixels of the shorter side of photos and drawings."""
SIDE = 160
"""Of both pictures of a pair."""
CURVES = [
    *("loss total", "loss pixel", "loss style"),
    *("loss contrast", "loss relation", "loss game"),
    *("loss critic", "loss paired critic", "loss paired game"),
]
FLOOR = {"line-match": 0.6, "region-match": 0.4}
"""What has to be left of a photo; of unrelated pictures 0.3 to 0.4 and about 0 are."""
DRAWINGS = 200
"""That results are compared with."""
FILMED, SECONDS = 0, 5
"""Which of the held-out photos."""
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
        small = reduced(read_rgb(photo), 256)
        write_rgb(work.data / "held" / f"{photo.stem}.png", small)
        write_rgb(work.data / "held-painted" / f"{photo.stem}.png", painter.painted(small))
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


def measure(work: Work) -> None:
    """Photos as they are, photos painted by the rules, and what the network makes of them at each stage."""
    photos, kept = looks.pictures(work.data / "held"), work.root / "features"
    drawings = looks.pictures(work.data / "drawings")
    other = {"drawings": looks.features("drawings", looks.some(drawings, DRAWINGS), kept)}
    columns = {"photo": photos, "rules": looks.pictures(work.data / "held-painted")}
    columns |= {stage: stylized(work, stage) for stage in STAGES if work.stage(stage).exists()}
    lines = []
    for name, results in columns.items():
        mine = looks.features(name, looks.patches(results), kept)
        lines.append({"what": name} | looks.worth(results, photos, mine, other))
        print(lines[-1], flush=True)
    with (work.root / "table.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, lines[0])
        table.writeheader()
        table.writerows({k: v if k == "what" else f"{v:.4f}" for k, v in line.items()} for line in lines)
    lost = [name for name, least in FLOOR.items() if lines[-1][name] < least]
    print(f"{list(columns)[-1]}: {', '.join(lost) or 'nothing'} below its floor", flush=True)
    write_rgb(work.root / "sheet.png", looks.shown(columns))
    curves.drawn(work.trained / "curves.csv", CURVES).save(work.root / "curves.png")


def stylized(work: Work, stage: str) -> list[Rgb]:
    """The held-out photos through the command's own way, with the stage's exported model."""
    model, out = work.root / f"{stage}.safetensors", work.root / "results" / stage
    export(work.stage(stage), model)
    found = stylize([work.data / "held"], out, settings=StylizeSettings(model=str(model), format="png"))
    assert all(result.state != "failed" for result in found), found
    return [read_rgb(path) for path in sorted(out.rglob("*.png"))]


def film(work: Work) -> None:
    """The last network at work on a film."""
    source, out, model = work.root / "film.mkv", work.root / "results" / "film", work.root / "end.safetensors"
    frames = list(pan(looks.pictures(work.data / "held")[FILMED], 256, 144, 24 * SECONDS))
    filmed(source, frames, SECONDS)
    (result,) = stylize([source], out, settings=StylizeSettings(model=str(model)))
    assert result.state == "done", result
    before, after = told_of(source), told_of(out / "film.mkv")
    for what in before:
        print(f"film, {what}: {'equal' if before[what] == after[what] else 'NOT EQUAL'}", flush=True)
    with av.open(out / "film.mkv") as container:
        made = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    rows = [Row([frames[place], made[place]], "") for place in (0, 40, 80)]
    write_rgb(work.root / "film.png", sheet(rows))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--work", type=Path, default=Path("scenes"))
    arguments.add_argument("--parts", default="make,train,measure,film")
    arguments.add_argument("--set", action="append", default=[])
    given = arguments.parse_args()
    torch.set_num_threads(1)
    work = Work(given.work)
    parts: dict[str, Callable[[], None]] = {
        "make": lambda: make(given.data, work),
        "train": lambda: learn(work, given.set),
        "measure": lambda: measure(work),
        "film": lambda: film(work),
    }
    for name in given.parts.split(","):
        parts[name]()


if __name__ == "__main__":
    main()
