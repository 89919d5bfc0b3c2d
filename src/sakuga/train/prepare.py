"""Prepare a training set on disk: triples of patches, cut from whole pictures after these were degraded.

Source: APISR (CVPR 2024), sections 3.1 and 4.1, and its scripts: to 720 rows, enhanced, degraded, cut.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np

from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.degrade.enhancing import gamma_of
from sakuga.degrade.folder import cropped
from sakuga.degrade.lines import enhance
from sakuga.errors import InputError, SakugaError
from sakuga.media import manifest
from sakuga.media.atomic import replacing
from sakuga.media.crew import Crew
from sakuga.media.manifest import Entry
from sakuga.media.plain import Rgb, read_rgb, write_rgb
from sakuga.train.grid import Grid, corners
from sakuga.train.pairs import PARTS, Making

PAIRS = "pairs.jsonl"
MULTIPLE = 8
"""Sides of whole pictures are cut to multiples of this, so that those of LQ are even at scales 2 and 4."""


@dataclass(frozen=True, slots=True)
class Preparing:
    """How a set is prepared."""

    making: Making
    grid: Grid = "cover"
    height: int | None = 720
    """Rows that taller pictures are reduced to; None leaves all as they are."""
    epoch: int = 0
    """Another one degrades in another way."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What became of one picture."""

    entry: Entry
    names: tuple[str, ...]
    """Of its triples, which are on disk."""
    sentence: str = ""
    """Why it failed, or why it has none."""
    failed: bool = False


def prepare(
    source: Path, out: Path, how: Preparing, *, limit: int | None = None, workers: int = 1
) -> Iterator[Cut]:
    """Cut all pictures of a manifest or folder into triples in out/gt, out/pseudo_gt and out/lq.

    The same call goes on where one was stopped. limit: triples, after which it ends. Iterate to do it. Raises
    InputError for a manifest or a number that cannot be; a damaged picture is told in its Cut.
    """
    for name, value in (("--workers", workers), ("--limit", 1 if limit is None else limit)):
        if value < 1:
            raise InputError(f"{name} is {value}; it is a whole number from 1.")
    pipeline.named(how.making.preset)
    entries = manifest.read(source)
    _demand_names(entries)
    _demand_same(out, how)
    yield from _limited(_cuts(entries, out, how, workers), limit)


def name_of(entry: Entry) -> str:
    """What the files of a picture begin with."""
    return "-".join(entry.place.with_suffix("").parts)


def rescaled(picture: Rgb, height: int | None) -> Rgb:
    """As APISR's script does it: bicubic without antialiasing, the width cut to a whole number."""
    if height is None or picture.shape[0] <= height:
        return picture
    width = int(picture.shape[1] * (height / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _limited(cuts: Iterator[Cut], limit: int | None) -> Iterator[Cut]:
    left = limit
    for cut in cuts:
        yield cut
        if left is not None:
            left -= len(cut.names)
            if left <= 0:
                return


def _cuts(entries: Sequence[Entry], out: Path, how: Preparing, workers: int) -> Iterator[Cut]:
    tasks = [(entry, index, out, how) for index, entry in enumerate(entries)]
    if workers == 1:
        yield from (_cut(*task) for task in tasks)
        return
    with Crew(workers) as crew:
        try:
            yield from crew.map(_cut, *zip(*tasks, strict=True))
        except BrokenProcessPool as error:
            raise SakugaError(
                "A process at work was ended, perhaps for want of memory; the same command with fewer"
                " --workers goes on from here."
            ) from error
        finally:
            crew.shutdown(cancel_futures=True)


def _cut(entry: Entry, index: int, out: Path, how: Preparing) -> Cut:
    try:
        return _done(entry, out) or _made(entry, index, out, how)
    except SakugaError as error:
        return Cut(entry, (), str(error), failed=True)


def _made(entry: Entry, index: int, out: Path, how: Preparing) -> Cut:
    making = how.making
    gt = cropped(rescaled(read_rgb(entry.file), how.height), MULTIPLE)
    places = corners(gt.shape[:2], making.crop, how.grid, making.scale)
    if not places:
        return Cut(entry, (), f"{entry.file} is smaller than a patch of {making.crop} pixels; it has none.")
    gamma = gamma_of(making.seed, index)
    pseudo = enhance(gt, background=making.background, gamma=gamma).picture if making.pseudo_gt else gt
    number = how.epoch * (1 << 32) + index
    clip, sample = pipeline.degrade(
        to_clip(gt[None]), making.preset, seed=making.seed, index=number, scale=making.scale
    )
    wholes = dict(zip(PARTS, (to_frames(clip)[0], gt, pseudo), strict=True))
    names = [f"{name_of(entry)}_{top:05}_{left:05}.png" for top, left in places]
    for (top, left), name in zip(places, names, strict=True):
        for part, whole in wholes.items():
            by = making.scale if part == "lq" else 1
            side = making.crop // by
            patch = whole[top // by : top // by + side, left // by : left // by + side]
            write_rgb(out / part / name, np.ascontiguousarray(patch))
    told = {
        "file": entry.place.as_posix(),
        "names": names,
        "gamma": gamma,
        "index": number,
        "sha256": {part: _digest(out / part / names[-1]) for part in PARTS},
        "steps": json.loads(pipeline.to_json(sample)),
    }
    _note(out, entry, told)
    return Cut(entry, tuple(names))


def _note(out: Path, entry: Entry, told: Mapping[str, Any]) -> None:
    """What is known of the triples of one picture; it is there when they all are."""
    path = _notes(out) / f"{name_of(entry)}.json"
    with replacing(path) as partial:
        partial.write_text(manifest.line_of(told), encoding="utf-8")


def _done(entry: Entry, out: Path) -> Cut | None:
    """The triples of a picture that an earlier run finished."""
    note = _notes(out) / f"{name_of(entry)}.json"
    if not note.is_file():
        return None
    names = cast("list[str]", json.loads(note.read_text(encoding="utf-8"))["names"])
    whole = all((out / part / name).is_file() for part in PARTS for name in names)
    return Cut(entry, tuple(names)) if whole else None


def conclude(out: Path) -> int:
    """Gather the notes of all pictures in out/pairs.jsonl; returns how many triples there are."""
    notes = [
        cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(_notes(out).glob("*.json"))
        if path.name != _HOW
    ]
    manifest.write(out / PAIRS, notes)
    return sum(len(note["names"]) for note in notes)


_HOW = "how.json"


def _notes(out: Path) -> Path:
    return out / ".prepare"


def _demand_same(out: Path, how: Preparing) -> None:
    """A set is made in one way. Raises InputError where it was begun in another."""
    path, told = _notes(out) / _HOW, repr(how)
    if not path.is_file():
        with replacing(path) as partial:
            partial.write_text(json.dumps(told), encoding="utf-8")
    elif json.loads(path.read_text(encoding="utf-8")) != told:
        raise InputError(f"{out} was begun with other settings; choose another --out.")


def _demand_names(entries: Sequence[Entry]) -> None:
    seen: dict[str, Entry] = {}
    for entry in entries:
        other = seen.setdefault(name_of(entry), entry)
        if other is not entry:
            raise InputError(f"{entry.place} and {other.place} would have the same name; rename one.")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
