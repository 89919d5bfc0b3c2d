"""Does a learned operator know a video's damage better than classic ones do? From end to end, on one core.

    python benchmarks/lbo.py [../shared/data] --out FOLDER [--minutes 10] [--gan-minutes 3] [--shots 32]

A clip is made of pans over drawings of the training split, 448x256, and damaged in one way that nothing
below is told: a lop-sided blur, a sinc, halving, overshoot beside edges, H.264 at crf 27. `sakuga rescale`
makes the series of factors by AnimeSR v2; the factor that ranks first is taken, and told beside it how near
each factor's pseudo-HR is to the hidden drawing. recipes/animesr-lbo-l1.toml with squares, as released,
learns from the pairs on one thread, 4 patches of 64 pixels a step, at five times its rate, halved every 4,000
steps, as there is so little time; then animesr-lbo-gan.toml at twice its rate, without perceptual loss.
Minutes are those of work of one core, whatever else the machine does. The same command goes on where it was.

Measured on drawings of the validation split, damaged and rescaled alike: how near what becomes of pseudo-HR
is to the real LQ of it. PSNR, dB over RGB, and mean absolute difference in levels, means over frames, and
the distance of spectra: mean over rings of frequency of the absolute difference, in dB, of the mean power of
luma. Classic operators are all combinations of GRID, blur, resize and codec of the preset animesr (without
noise, as the clip has none), and the best of them by each measure is chosen on the held-out frames
themselves: learned operators have to beat that without having seen them.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from drawings import Drawings
from sakuga.degrade import pipeline
from sakuga.degrade.clip import Clip, Frames, stream, to_clip, to_frames
from sakuga.degrade.preset import Step
from sakuga.engine.engine import open_engine
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.media.sheet import Row, sheet
from sakuga.metrics.luma import luma
from sakuga.models.load import load
from sakuga.train import recipe as recipes
from sakuga.train.events import Event, Saved, Stepped
from sakuga.train.excerpt import LENGTH, Reel
from sakuga.train.export import export
from sakuga.train.frames import PARTS, paired
from sakuga.train.log import CURVES
from sakuga.train.measures import psnr
from sakuga.train.operators import pool
from sakuga.train.rescale import Rescaling, begin, folder_of, pairs
from sakuga.train.run import train
from sakuga.train.survey import survey

HEIGHT, WIDTH = 256, 448
"""Of drawings; LQ has half of both."""
RECIPES = Path(__file__).parents[1] / "recipes"
HIDDEN = (
    Step("blur", {"kind": "gaussian", "size": 21, "sigma_x": 1.3, "sigma_y": 0.9, "rotation": 0.5}),
    Step("blur", {"kind": "sinc", "size": 21, "cutoff": np.pi / 2}),
    Step("resize", {"height": HEIGHT // 2, "width": WIDTH // 2, "mode": "area"}),
)
OVERSHOOT = 0.7
"""Weight of what a Gaussian of 1.2 pixels takes away, added to LQ."""
CODED = (Step("codec", {"codec": "h264", "quality": 27, "together": True}),)
GRID = {
    "sigma": (0.0, 0.5, 0.8, 1.1, 1.5, 2.0),
    "mode": ("area", "bilinear", "bicubic"),
    "crf": (None, 18, 22, 27),
}
Numbers = Mapping[str, float]
BETTER = {"psnr": max, "l1": min, "spectrum": min}
STEPS = 1_000_000
"""More than there is time for."""


@dataclass(frozen=True, slots=True)
class Options:
    data: Path
    out: Path
    minutes: float
    gan_minutes: float
    shots: int
    held: int


def pans(data: Path, split: str, count: int) -> Iterator[Frames]:
    """Shots of LENGTH frames (HEIGHT, WIDTH, 3): a window that moves evenly over a drawing."""
    drawings, chance = Drawings(data), stream(7, len(split))
    files = [file for kind in ("comic", "vector") for file in drawings.files(kind)]
    files = [file for file in files if drawings._credits[file].split == split]
    for file in (files[index * len(files) // count] for index in range(count)):
        picture = np.asarray(drawings.open(file))
        room = np.array(picture.shape[:2]) - (HEIGHT, WIDTH)
        pace = np.minimum(chance.integers(-5, 6, 2), room // LENGTH)
        pace = np.maximum(pace, -(room // LENGTH))
        first = chance.integers(np.maximum(0, -pace * LENGTH), room - np.maximum(0, pace * LENGTH) + 1)
        tops = [first + pace * step for step in range(LENGTH)]
        yield np.stack([picture[top : top + HEIGHT, left : left + WIDTH] for top, left in tops])


def damaged(shot: Frames) -> Frames:
    half = pipeline.apply(HIDDEN, to_clip(shot))
    soft = np.stack([cv2.GaussianBlur(frame, (0, 0), 1.2) for frame in half])
    return to_frames(pipeline.apply(CODED, np.asarray(half + OVERSHOOT * (half - soft), np.float32)))


def filmed(options: Options, split: str, count: int) -> Path:
    """The folder of LQ frames of a split, and beside it that of the drawings under them."""
    folder = options.out / split
    if not folder.is_dir():
        for number, shot in enumerate(pans(options.data, split, count)):
            for place, (gt, lq) in enumerate(zip(shot, damaged(shot), strict=True)):
                name = f"{number * LENGTH + place:05}.png"
                _write(options.out / f"{split}-hidden" / name, gt)
                _write(options.out / f"{split}-making" / name, lq)
        (options.out / f"{split}-making").rename(folder)
    return folder


def _write(path: Path, picture: np.ndarray) -> None:
    """Without waiting for the disk, as nobody would miss it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path, compress_level=1)


def chosen(options: Options, clip: Path) -> float:
    """The factor that ranks first; tells how near each comes to the hidden drawings."""
    reel, out = Reel.of(clip, options.shots), options.out / "rescaled"
    engine = open_engine(load("animesr-v2"), device="cpu", reuse="off")
    begin(out, reel, engine, options.shots)
    found = survey(reel, engine, out, Rescaling(runs=options.shots), _say)
    print(
        "| factor | place | mean rank | "
        + " | ".join(found.order[0].values)
        + " | PSNR to the hidden drawing |"
    )
    print("|---" * (4 + len(found.order[0].values)) + "|")
    for place, each in enumerate(found.order, start=1):
        values = " | ".join(f"{value:.3f}" for value in each.values.values())
        near = _nearness(folder_of(out, each.factor), options.out / f"{clip.name}-hidden")
        print(f"| {each.factor:g} | {place} | {each.mean:.2f} | {values} | {near:.2f} |")
    return found.order[0].factor


def _nearness(folder: Path, hidden: Path) -> float:
    found = []
    for path in sorted((folder / "pseudo_hr").rglob("*.png")):
        number = int(path.parent.name) * LENGTH + int(path.stem)
        found.append(psnr(read_rgb(path), read_rgb(hidden / f"{number:05}.png")))
    return float(np.mean(found))


def rescaled(options: Options, clip: Path, factor: float) -> Path:
    """Its folder of pairs."""
    out, count = options.out / f"pairs-{clip.name}", options.shots if clip.name == "train" else options.held
    engine = open_engine(load("animesr-v2"), device="cpu", reuse="off")
    pairs(Reel.of(clip, count), engine, out, factor, _quiet)
    return folder_of(out, factor)


def few(folder: Path, out: Path) -> Path:
    """Every tenth pair, for curves."""
    for pair in paired(folder)[::10]:
        for part in PARTS:
            place = out / part / pair.lq.relative_to(folder / "lq")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / part / pair.lq.relative_to(folder / "lq"), place)
    return out


class Enough(Exception):  # noqa: N818
    """The time is over."""


def learned(options: Options, name: str, minutes: float, changes: Sequence[str]) -> Path:
    """Follow a recipe for some minutes; the exported operator."""
    out, model = options.out / name, options.out / f"{name}.safetensors"
    if model.is_file() or not minutes:
        return model
    told = recipes.read(RECIPES / f"animesr-{name}.toml", [*changes, f"schedule.steps={STEPS}"])
    began = time.process_time()

    def watch(event: Event) -> None:
        if isinstance(event, Stepped):
            print(f"{name} {event.step}: {event.losses} {event.samples:.0f}/s", flush=True)
        if isinstance(event, Saved) and time.process_time() - began > 60 * minutes:
            raise Enough

    try:
        train(told, out, device="cpu", on_event=watch)
    except Enough:
        export(out / "newest.sakuga-train", model)
    return model


def spectrum(frames: Frames) -> np.ndarray:
    """Power of luma in rings of frequency, means over frames, in dB."""
    height, width = frames.shape[1:3]
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.mean([abs(np.fft.rfft2(luma(frame) * window)) ** 2 for frame in frames], 0)
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    ring = np.minimum((radius / 0.5 * 32).astype(int), 32)
    sums, counts = (np.bincount(ring.ravel(), each.ravel(), 33)[:32] for each in (power, np.ones_like(power)))
    return 10 * np.log10(sums / counts + 1e-9)


def compared(made: Frames, real: Frames) -> Numbers:
    return {
        "psnr": float(np.mean([psnr(*each) for each in zip(made, real, strict=True)])),
        "l1": float(np.abs(made.astype(np.float32) - real).mean()),
        "spectrum": float(np.abs(spectrum(made) - spectrum(real)).mean()),
    }


def classics(large: Sequence[Clip], real: Frames) -> Iterator[tuple[str, Numbers]]:
    """Every combination of the grid, as the preset applies them; large: shots of pseudo-HR."""
    for sigma, mode in itertools.product(GRID["sigma"], GRID["mode"]):
        steps = [Step("resize", {"height": HEIGHT // 2, "width": WIDTH // 2, "mode": mode})]
        if sigma:
            steps.insert(
                0, Step("blur", {"kind": "gaussian", "size": 21, "sigma_x": sigma, "sigma_y": sigma})
            )
        halves = [pipeline.apply(tuple(steps), shot) for shot in large]
        for crf in GRID["crf"]:
            coded = (
                () if crf is None else (Step("codec", {"codec": "h264", "quality": crf, "together": True}),)
            )
            made = [to_frames(pipeline.apply((Step("cut", {}), *coded), half)) for half in halves]
            yield f"blur {sigma:g}, {mode}, crf {crf}", compared(np.concatenate(made), real)


def operated(model: Path, large: Sequence[Clip], crf: float | None = None) -> Frames:
    """What a learned operator makes of shots, maybe through a codec."""
    (operator,) = pool([str(model)])
    coded = () if crf is None else (Step("codec", {"codec": "h264", "quality": crf, "together": True}),)
    return np.concatenate([to_frames(pipeline.apply(coded, operator(shot))) for shot in large])


def shots_of(folder: Path) -> tuple[list[Clip], Frames]:
    """Pseudo-HR, run by run, and all LQ."""
    runs = [list(run) for _, run in itertools.groupby(paired(folder), lambda pair: pair.lq.parent.name)]
    large = [to_clip(np.stack([read_rgb(pair.pseudo_hr) for pair in run])) for run in runs]
    return large, np.stack([read_rgb(pair.lq) for run in runs for pair in run])


def table(options: Options, held: Path, models: Mapping[str, Path]) -> None:
    large, real = shots_of(held)
    grid = dict(classics(large, real))
    rows = {}
    for name, best in BETTER.items():
        key = best(grid, key=lambda each: grid[each][name])
        rows[f"best classic by {name}: {key}"] = grid[key]
    made = {}
    for name, model in models.items():
        if model.is_file():
            made[name] = operated(model, large)
            rows[name] = compared(made[name], real)
            for crf in (21, 27):
                rows[f"{name}, then crf {crf}"] = compared(operated(model, large, crf), real)
    print(
        "| what becomes of pseudo-HR | PSNR to LQ, dB | difference, levels | spectra, dB |\n|---|---|---|---|"
    )
    for name, row in rows.items():
        print(f"| {name} | {row['psnr']:.2f} | {row['l1']:.2f} | {row['spectrum']:.2f} |")
    shown = range(4, len(real), max(1, len(real) // 5))
    half = np.concatenate([pipeline.apply(HIDDEN[2:], shot) for shot in large])
    pictures = [[to_frames(half)[i], *(each[i] for each in made.values()), real[i]] for i in shown]
    words = ", ".join(("pseudo-HR by averages", *made, "real LQ"))
    write_rgb(options.out / "sheet.png", sheet([Row(row, words) for row in pictures]))


def curve(options: Options, names: Sequence[str], path: Path) -> None:
    """Losses and held-out PSNR, every 500 steps of each stage, as a small CSV."""
    rows: list[tuple[str, str, str, str]] = []
    for name in names:
        source = options.out / name / CURVES
        if source.is_file():
            with source.open(encoding="utf-8", newline="") as lines:
                told = [row for row in csv.DictReader(lines) if int(row["step"]) % 500 == 0]
            kept = (row for row in told if row["name"].startswith(("loss", "psnr")))
            rows += [(name, row["step"], row["name"], row["value"]) for row in kept]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("stage", "step", "name", "value"), *rows])


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _quiet(_: str) -> None:
    pass


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--gan-minutes", type=float, default=3)
    parser.add_argument("--shots", type=int, default=32)
    parser.add_argument("--held", type=int, default=8)
    parser.add_argument("--curve", type=Path)
    parser.add_argument("--factor", type=float, help="take this one, and make no series")
    options = parser.parse_args()
    curve_path, given = options.curve, options.factor
    options = Options(*(getattr(options, name) for name in Options.__dataclass_fields__))
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    clip, held = filmed(options, "train", options.shots), filmed(options, "val", options.held)
    factor = given or chosen(options, clip)
    shown, seen = rescaled(options, clip, factor), rescaled(options, held, factor)
    common = [
        f"data.manifest={shown}",
        f"data.validation={few(seen, options.out / 'few')}",
        "data.crop=64",
        "data.crops=4",
        "data.batch=4",
        "data.workers=0",
        "run.log_every=100",
        "run.save_every=100",
        "run.validate_every=1000",
        "schedule.rate=1e-3",
        "schedule.halve_every=4000",
    ]
    first = learned(options, "lbo-l1", options.minutes, [*common, "losses.pixel=l1+l2"])
    # Its patches are 32 pixels wide, which leaves the critic's smaller scales nothing to look at.
    gan = [
        *common,
        f"model.start={first}",
        "losses.perceptual={}",
        "losses.critic=patch",
        "schedule.rate=2e-4",
    ]
    second = learned(options, "lbo-gan", options.gan_minutes, gan)
    table(options, seen, {"learned, pixels": first, "learned, critic": second})
    if curve_path:
        curve(options, ("lbo-l1", "lbo-gan"), curve_path)


if __name__ == "__main__":
    main()
