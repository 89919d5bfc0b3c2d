"""Input rescaling: pseudo-HR of a real clip, restored from frames that were made smaller first.

Source: AnimeSR (NeurIPS 2022), section 4.1: a network that knows classic damage alone makes artefacts of a
real video, and fewer the smaller it sees it; with a good factor its results are clean enough to learn the
video's own damage from. Departures: frames are made smaller with antialiasing, and no rows are lost to
multiples of 8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sakuga.engine.frame_engine import FrameEngine
from sakuga.engine.resample import resample
from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.media.plain import Rgb, write_rgb
from sakuga.train.excerpt import Reel, Run
from sakuga.train.frames import PARTS, SCALE

FACTORS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
"""The paper's series."""
RUNS = 200
LOOKS = 3
HOW = "rescale.json"
_LEAST, _MOST = 0.05, 2.0
"""Of factors."""
_SMALLEST = 4
"""Pixels that a side may shrink to."""

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescaling:
    """What is made of a clip."""

    factors: tuple[float, ...] = FACTORS
    runs: int = RUNS
    """Runs of frames that pairs come from, at most."""
    looks: int = LOOKS
    """Of them those that the series is made of."""

    def __post_init__(self) -> None:
        if not self.factors or len({f"{factor:g}" for factor in self.factors}) < len(self.factors):
            raise InputError("--factors: name at least one factor, and each once.")
        for factor in self.factors:
            demand_factor(factor, "--factors")
        for name in ("runs", "looks"):
            if getattr(self, name) < 1:
                raise InputError(f"--{name} is {getattr(self, name)}; it is a whole number from 1.")

    def looked_at(self, count: int) -> set[int]:
        """The runs of the series, from all over `count`."""
        return {(2 * look + 1) * count // (2 * self.looks) for look in range(self.looks)}


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame and its pseudo-HR by one factor."""

    name: str
    """Such as 0012/05: run and frame."""
    lq: Rgb
    pseudo_hr: Path


def demand_factor(factor: float, flag: str) -> None:
    """Raises InputError."""
    if not _LEAST <= factor <= _MOST:
        raise InputError(f"{flag}: {factor:g} is no factor; those are numbers from {_LEAST} to {_MOST:g}.")


def folder_of(out: Path, factor: float) -> Path:
    """Where the pairs of a factor are."""
    return out / f"x{factor:g}"


def exact(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """(height, width) to whole pixels; the sides' own factors are those of the pixels, and fit exactly.

    Raises InputError where nothing would be left.
    """
    height, width = (round(side * factor) for side in size)
    if min(height, width) < _SMALLEST:
        raise InputError(f"Frames of {size[1]}x{size[0]} are too small for the factor {factor:g}.")
    return height, width


def restored(engine: FrameEngine, shot: Sequence[Rgb], factor: float) -> list[Rgb]:
    """Pseudo-HR, exactly SCALE times as high and wide as the frames (h, w, 3) of one shot, of even sides.

    The frames' edges stay where they are through every resize, so that each pixel of a frame lies below
    SCALE x SCALE pixels of the result; with a network of 4x and the factor 0.5 the result is what came out.
    """
    height, width = shot[0].shape[:2]
    size = exact((height, width), factor)
    results = engine.clip(resample(frame, *size) for frame in shot)
    return [resample(result, SCALE * height, SCALE * width).astype("uint8") for result in results]


def begin(out: Path, reel: Reel, engine: FrameEngine, runs: int) -> None:
    """Note how the folder `out` is made; raises InputError where it was begun in another way."""
    identity = hashlib.sha256(engine.identity.encode()).hexdigest()
    how = {"clip": reel.told, "model": engine.report.model, "engine": identity, "runs": runs}
    path = out / HOW
    if not path.is_file():
        with replacing(path) as partial:
            partial.write_text(json.dumps(how, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    begun = _told(path)
    for name, value in how.items():
        if begun.get(name) != value:
            words = "device, precision or weights" if name == "engine" else name
            raise InputError(f"{out} was begun with another {words}; choose another --out.")


def series(
    reel: Reel, engine: FrameEngine, out: Path, told: Rescaling, on_note: Note
) -> Iterator[tuple[float, list[Sample]]]:
    """Of each factor all frames that are looked at; what is there already is not made again."""
    wanted = told.looked_at(reel.count)
    runs = list(reel.runs(lambda number: number in wanted)) or list(reel.runs(lambda number: number == 0))
    for factor in told.factors:
        size = exact(runs[0].frames[0].shape[:2], factor) if runs else (0, 0)
        on_note(f"factor {factor:g}: {size[1]}x{size[0]}, {len(runs)} runs")
        samples = [each for run in runs for each in made(run, engine, folder_of(out, factor), factor)]
        if not samples:
            raise InputError(f"{reel.path} has no two frames in a row of one shot.")
        yield factor, samples


def pairs(reel: Reel, engine: FrameEngine, out: Path, factor: float, on_note: Note) -> int:
    """All pairs of a factor in its folder, for data.kind = "frames"; goes on where it was. Their number."""
    folder, count = folder_of(out, factor), 0
    for run in reel.runs():
        samples = made(run, engine, folder, factor)
        for sample in samples:
            path = _path(folder, PARTS[1], sample.name)
            if not path.is_file():
                write_rgb(path, sample.lq)
        count += len(samples)
        on_note(f"run {run.number + 1} of {reel.count}: {count} pairs")
    if not count:
        raise InputError(f"{reel.path} has no two frames in a row of one shot.")
    return count


def made(run: Run, engine: FrameEngine, folder: Path, factor: float) -> list[Sample]:
    """Pseudo-HR of a run's frames as files, but for the first of each shot where the network has a memory."""
    samples: list[Sample] = []
    for shot in run.shots:
        places = shot[1:] if engine.window > 1 else shot
        names = [f"{run.number:04}/{place:02}" for place in places]
        paths = [_path(folder, PARTS[0], name) for name in names]
        if not all(path.is_file() for path in paths):
            results = restored(engine, [run.frames[place] for place in shot], factor)
            for path, result in zip(paths, results[-len(paths) :], strict=True):
                write_rgb(path, result)
        lqs = [run.frames[place] for place in places]
        samples += [Sample(*each) for each in zip(names, lqs, paths, strict=True)]
    return samples


def _path(folder: Path, part: str, name: str) -> Path:
    return folder / part / f"{name}.png"


def _told(path: Path) -> dict[str, Any]:
    try:
        told: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} could not be read ({error}); choose another --out.") from error
    if not isinstance(told, dict):
        raise InputError(f"{path} is not what `sakuga rescale` wrote; choose another --out.")
    return cast("dict[str, Any]", told)
