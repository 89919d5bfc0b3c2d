"""What shots are made of: the drawings of a split, looked at once for what in them can be used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.compose.panels import Box, panels
from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.media.picture import open_picture
from sakuga.media.plain import read_rgb, read_rgba
from sakuga.media.works import Work

BACKGROUNDS = ("scene", "painting", "comic")
"""Kinds that are painted all over: figures stand before them, or a camera goes over them."""
FLATS = ("cel", "vector")
"""Kinds that are whole pictures already, figures and all."""
FIGURE = "character"
PHOTO = "photo"
SOLID = 32
"""Levels of alpha from which on a figure is there, and no glow around it."""


Mask = NDArray[np.bool_]
"""Shape (H, W)."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture, or the part of one, that fills the frame."""

    file: str
    box: Box


@dataclass(frozen=True, slots=True)
class Actor:
    """A figure with alpha and its faces, which share a canvas: NAME__FACE, or a file of its own."""

    work: str
    files: tuple[str, ...]
    box: Box
    """Of what is solid, in that canvas."""


@dataclass(frozen=True, slots=True)
class Library:
    """All that shots are made of; each list may be empty."""

    plates: tuple[Plate, ...]
    flats: tuple[Plate, ...]
    actors: tuple[Actor, ...]

    def save(self, path: Path) -> None:
        """As JSON, so that a later call need not look again."""
        with replacing(path) as partial:
            partial.write_text(json.dumps(asdict(self)), encoding="utf-8")


def load(path: Path) -> Library:
    """What `save` wrote. Raises OSError or ValueError where it is not there, or not whole."""
    told = json.loads(path.read_text(encoding="utf-8"))
    try:
        plates, flats = (tuple(map(_plate, told[name])) for name in ("plates", "flats"))
        actors = (Actor(each["work"], tuple(each["files"]), _box(each["box"])) for each in told["actors"])
        return Library(plates, flats, tuple(actors))
    except (TypeError, KeyError) as error:
        raise ValueError(str(error)) from error


def survey(root: Path, works: Sequence[Work], *, photos: bool = False) -> Library:
    """Look at every drawing in `works`, which stand in `root`.

    Raises InputError where one cannot be read, or nothing is of use.
    """
    kinds = (*BACKGROUNDS, PHOTO) if photos else BACKGROUNDS
    plates = (plate for work in works if work.kind in kinds for plate in _panels(root, work))
    flats = (_whole(root, work) for work in works if work.kind in FLATS)
    found = Library(tuple(plates), tuple(flats), tuple(_actors(root, works)))
    if not (found.plates or found.flats or found.actors):
        raise InputError(f"{root} has nothing in this split that shots are made of: no {', '.join(kinds)}.")
    return found


def _panels(root: Path, work: Work) -> Iterator[Plate]:
    for box in panels(read_rgb(root / work.file)):
        yield Plate(work.file, box)


def _whole(root: Path, work: Work) -> Plate:
    with open_picture(root / work.file) as picture:
        return Plate(work.file, (0, 0, picture.height, picture.width))


def _actors(root: Path, works: Iterable[Work]) -> Iterator[Actor]:
    faces: dict[tuple[str, str], list[str]] = {}
    for work in works:
        if work.kind == FIGURE:
            name = Path(work.file).stem
            faces.setdefault((work.work, name.rpartition("__")[0] or name), []).append(work.file)
    for (name, _), files in faces.items():
        for some, box in _canvases(root, files):
            yield Actor(name, some, box)


def _canvases(root: Path, files: Iterable[str]) -> Iterator[tuple[tuple[str, ...], Box]]:
    """Faces that are of one size stand on one canvas."""
    sizes: dict[tuple[int, ...], list[str]] = {}
    solid: dict[tuple[int, ...], Mask] = {}
    for file in files:
        alpha = read_rgba(root / file)[..., 3] >= SOLID
        sizes.setdefault(alpha.shape, []).append(file)
        solid[alpha.shape] = solid.get(alpha.shape, np.zeros_like(alpha)) | alpha
    for size, some in sizes.items():
        if solid[size].any():
            yield tuple(some), _bounds(solid[size])


def _bounds(mask: Mask) -> Box:
    (top, bottom), (left, right) = (
        (int(line[0]), int(line[-1]) + 1) for line in (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    )
    return top, left, bottom - top, right - left


def _plate(told: dict[str, Any]) -> Plate:
    return Plate(told["file"], _box(told["box"]))


def _box(told: Sequence[int]) -> Box:
    top, left, height, width = map(int, told)
    return top, left, height, width
