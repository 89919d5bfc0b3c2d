"""One picture of a training set: brought to size, enhanced, degraded as a whole, then cut into triples."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.degrade.enhancing import gamma_of
from sakuga.degrade.folder import cropped, index_of
from sakuga.degrade.lines import enhance
from sakuga.errors import InputError, SakugaError
from sakuga.media.manifest import Entry
from sakuga.media.picture import open_picture
from sakuga.media.plain import Rgb, read_rgb, write_rgb
from sakuga.train import distil, notes
from sakuga.train.grid import Corner, Grid, corners
from sakuga.train.pairs import PARTS, TEACHER, Making


@dataclass(frozen=True, slots=True)
class Preparing:
    """How a set is prepared."""

    making: Making
    grid: Grid = "cover"
    height: int | None = 720
    """Rows that taller pictures are reduced to; None leaves all as they are."""
    epoch: int = 0
    """Another one degrades in another way."""
    teacher: str = ""
    """A model whose results of LQ are cut as well, for distillation; empty for none."""

    def __post_init__(self) -> None:
        for name, value, least in (("height", self.height, 1), ("epoch", self.epoch, 0)):
            if value is not None and value < least:
                raise InputError(f"{name} is {value}; it is a whole number from {least}.")

    @property
    def parts(self) -> tuple[str, ...]:
        """Of each patch, and folders of the set."""
        return (*PARTS, TEACHER) if self.teacher else PARTS

    def told(self) -> dict[str, Any]:
        """All that decides what comes out, as plain values."""
        named = {
            "grid": self.grid,
            "height": self.height,
            "epoch": self.epoch,
            "teacher": self.teacher or None,
        }
        return {name: value for name, value in asdict(self.making).items() if name not in _IDLE} | named


_IDLE = ("crops", "augment")
"""What does not matter to a set on disk."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What became of one picture."""

    entry: Entry
    names: tuple[str, ...]
    """Of its triples, which are on disk."""
    sentence: str = ""
    """Why it failed, or why it has none."""
    failed: bool = False


def name_of(entry: Entry) -> str:
    """What the files of a picture begin with: its place, but for a root or a way up, in one part."""
    parts = entry.place.with_suffix("").parts
    return "-".join(part for part in parts if part not in ("..", entry.place.anchor)).lstrip(".") or "picture"


def rescaled(picture: Rgb, height: int | None) -> Rgb:
    """As APISR's script does it: bicubic without antialiasing, the width cut to a whole number."""
    rows, columns = picture.shape[:2]
    size = _reduced(rows, columns, height)
    if size == (rows, columns):
        return picture
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _reduced(rows: int, columns: int, height: int | None) -> tuple[int, int]:
    if height is None or rows <= height:
        return rows, columns
    return height, max(1, int(columns * (height / rows)))


def count_of(entry: Entry, how: Preparing) -> int:
    """How many triples a picture has; none where it is damaged."""
    try:
        with open_picture(entry.file) as picture:
            size = _reduced(picture.height, picture.width, how.height)
    except InputError:
        return 0
    return len(_places(size, how))


def _places(size: tuple[int, ...], how: Preparing) -> list[Corner]:
    multiple = how.making.multiple
    rows, columns = (side // multiple * multiple for side in size[:2])
    return corners((rows, columns), how.making.crop, how.grid, how.making.scale)


def cut(entry: Entry, wanted: int | None, out: Path, how: Preparing) -> Cut:
    """Write the first `wanted` triples of a picture, None for all; those that are there already stay."""
    try:
        original = notes.digest(entry.file)
        _demand_original(entry, original)
        return _done(entry, original, wanted, out, how) or _made(entry, original, wanted, out, how)
    except SakugaError as error:
        return Cut(entry, (), str(error), failed=True)
    except MemoryError:
        return Cut(entry, (), f"{entry.file} does not fit into memory.", failed=True)


def _done(entry: Entry, original: str, wanted: int | None, out: Path, how: Preparing) -> Cut | None:
    """The triples of a picture that an earlier run finished."""
    note = notes.read(out, name_of(entry))
    if note is None or note["sha256"] != original:
        return None
    names = [str(tile["name"]) for tile in note["tiles"]][:wanted]
    enough = len(names) == (note["of"] if wanted is None else min(wanted, note["of"]))
    whole = enough and all((out / part / name).is_file() for part in how.parts for name in names)
    return Cut(entry, tuple(names)) if whole else None


def _made(entry: Entry, original: str, wanted: int | None, out: Path, how: Preparing) -> Cut:
    making = how.making
    gt = cropped(rescaled(read_rgb(entry.file), how.height), making.multiple)
    places = _places(gt.shape, how)
    if not places:
        return Cut(entry, (), f"{entry.file} is smaller than a patch of {making.crop} pixels; it has none.")
    gamma = gamma_of(making.seed, index_of(entry.place))
    pseudo = enhance(gt, background=making.background, gamma=gamma).picture if making.pseudo_gt else gt
    number = index_of(entry.place / str(how.epoch) if how.epoch else entry.place)
    clip, sample = pipeline.degrade(
        to_clip(gt[None]), making.preset, seed=making.seed, index=number, scale=making.scale
    )
    wholes = {"lq": to_frames(clip)[0], "gt": gt, "pseudo_gt": pseudo}
    if how.teacher:
        wholes[TEACHER] = distil.taught(how.teacher, wholes["lq"], making.scale)
    tiles = [_tile(entry, place, wholes, out, making) for place in places[:wanted]]
    told = {
        "file": entry.place.as_posix(),
        "sha256": original,
        "licence": entry.licence,
        "width": gt.shape[1],
        "height": gt.shape[0],
        "preset": making.preset,
        "seed": making.seed,
        "index": number,
        "gamma": gamma,
        "of": len(places),
        "tiles": tiles,
        "steps": json.loads(pipeline.to_json(sample)),
    }
    notes.write(out, name_of(entry), told)
    return Cut(entry, tuple(tile["name"] for tile in tiles))


def _tile(entry: Entry, place: Corner, wholes: dict[str, Rgb], out: Path, making: Making) -> dict[str, Any]:
    """Write one triple, and say what it is."""
    top, left = place
    name = f"{name_of(entry)}_{top:05}_{left:05}.png"
    for part, whole in wholes.items():
        by = making.scale if part == "lq" else 1
        side = making.crop // by
        patch = whole[top // by : top // by + side, left // by : left // by + side]
        write_rgb(out / part / name, np.ascontiguousarray(patch))
    sums = {part: notes.digest(out / part / name) for part in wholes}
    return {"name": name, "top": top, "left": left, "sha256": sums}


def _demand_original(entry: Entry, original: str) -> None:
    if entry.rest.get("sha256") not in (None, "", original):
        raise InputError(f"{entry.file} is not the picture whose sha256 its manifest tells; it has changed.")
