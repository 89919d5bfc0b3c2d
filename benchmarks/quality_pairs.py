"""Fixed parts of held-out drawings, and the same degraded by fixed seeds, kept as PNG."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path, PurePath
from typing import TypeVar, cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from drawings import Drawings
from painted import panels
from sakuga.degrade import pipeline
from sakuga.degrade.chance import Choice, Uniform, Whole
from sakuga.degrade.clip import stream, to_clip, to_frames
from sakuga.degrade.parts import Blur, Codecs, Coding, ToResult
from sakuga.degrade.preset import Op, Preset, Row
from sakuga.degrade.presets import PRESETS
from sakuga.media.plain import Rgb, write_rgb
from sakuga.metrics.strokes import strokes

SEED = 20_261_126
SCALE = 4
SIDE = 320
"""Pixels of a GT's sides, less where a panel is smaller."""
SMALLEST = 192
"""Of the sides of a panel that is used."""
MULTIPLE = 8
"""Of the sides of a GT."""
EACH = 4
"""Parts of one drawing at most."""
TRIES = 64
LEAST = 0.004
"""Share of a part's pixels that are the middle of a stroke: nothing is told by an empty sky."""
DRAWN = 0.35
"""Share of a part that a character fills."""
SHARED = 0.25
"""Share of a part that another one of the same drawing may show, too."""
FLAT = ((238, 232, 222), (122, 158, 190), (92, 116, 84), (214, 150, 140))

LIGHT = Preset(
    name="light",
    part=Row(
        (
            Blur(Uniform(0.2, 0.9), sinc=0.0, families=Choice((("gaussian", False),))),
            ToResult(modes=Choice(("bicubic", "area"))),
            Op("round"),
            Codecs((Coding("jpeg", 0.5, Whole(75, 95)), Coding("h264", 0.5, Whole(18, 24)))),
        )
    ),
    note="A good copy from today's web: slightly soft, reduced once, compressed once and well.",
    source="ours",
)
STRENGTHS: Mapping[str, Preset] = {
    "light": LIGHT,
    "middle": PRESETS["broadcast"],
    "strong": PRESETS["apisr"],
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One degraded part and its original."""

    name: str
    """Tells of drawing, part, strength and, by a hash, of everything that made its pixels."""
    picture: str
    kind: str
    drawing: str
    """Parts and strengths of one drawing hang together, and so do faces of one figure."""
    strength: str
    lq: Path
    gt: Path


@dataclass(frozen=True, slots=True)
class Canvas:
    """What parts are cut from."""

    pixels: Rgb
    figure: NDArray[np.bool_] | None = None
    """(H, W), where a character is; parts have to show it."""


T = TypeVar("T")
Painted = Callable[[Drawings, str, str], Iterator[Canvas]]
"""The canvases of one drawing of a split, given by its file."""


def pairs(drawings: Drawings, split: str, count: int, strengths: Sequence[str], out: Path) -> list[Pair]:
    """The first `count` parts of a split at each of the strengths; made where `out` has them not yet."""
    parts = islice(_parts(drawings, split), count)
    return [_pair(*part, strength, out) for part in parts for strength in strengths]


def _parts(drawings: Drawings, split: str) -> Iterator[tuple[str, str, str, Rgb]]:
    """Picture, kind, drawing and GT: of all kinds in turn, and within a kind of all drawings in turn."""
    kinds = [
        _turns([_of_drawing(drawings, split, kind, file) for file in _files(drawings, split, kind)])
        for kind in KINDS
    ]
    return _turns(kinds)


def _files(drawings: Drawings, split: str, kind: str) -> list[str]:
    """In an order in which drawings of one work do not follow each other."""
    return sorted(drawings.files(kind, split), key=lambda file: crc32(file.encode()))


def _turns(rows: Sequence[Iterator[T]]) -> Iterator[T]:
    """The first of each, then the second of each, until all have ended."""
    ended = object()
    turns = chain.from_iterable(zip_longest(*rows, fillvalue=ended))
    return (cast("T", each) for each in turns if each is not ended)


def _of_drawing(drawings: Drawings, split: str, kind: str, file: str) -> Iterator[tuple[str, str, str, Rgb]]:
    chance = np.random.default_rng((SEED, crc32(file.encode())))
    stem = PurePath(file).stem
    cut = _turns([_cut(canvas, chance) for canvas in KINDS[kind](drawings, split, file)])
    for number, gt in enumerate(islice(cut, EACH)):
        yield f"{kind}-{stem}-{number}", kind, figure(kind, stem), gt


def figure(kind: str, stem: str) -> str:
    """The drawing that a file shows: faces of one figure in one dress share nearly all of their pixels."""
    if kind != "character":
        return stem
    return stem.split("__")[0] if "__" in stem else stem.rsplit("_", 1)[0]


def _cut(canvas: Canvas, chance: np.random.Generator) -> Iterator[Rgb]:
    """Parts of a canvas that have lines, by chance, and hardly any pixel in two of them."""
    height, width = (min(side, SIDE) // MULTIPLE * MULTIPLE for side in canvas.pixels.shape[:2])
    used = np.zeros(canvas.pixels.shape[:2], np.bool_)
    for _ in range(TRIES if min(height, width) >= SMALLEST else 0):
        top, left = (
            int(chance.integers(whole - part + 1))
            for whole, part in zip(used.shape, (height, width), strict=True)
        )
        place = slice(top, top + height), slice(left, left + width)
        if used[place].mean() <= SHARED and _telling(canvas, place):
            used[place] = True
            yield np.ascontiguousarray(canvas.pixels[place])


def _telling(canvas: Canvas, place: tuple[slice, slice]) -> bool:
    shown = canvas.figure is None or canvas.figure[place].mean() >= DRAWN
    return bool(shown and strokes(canvas.pixels[place]).middle.mean() >= LEAST)


def _whole(drawings: Drawings, split: str, file: str) -> Iterator[Canvas]:
    del split
    yield Canvas(np.asarray(drawings.open(file)))


def _panels(drawings: Drawings, split: str, file: str) -> Iterator[Canvas]:
    del split
    return map(Canvas, panels(np.asarray(drawings.open(file))))


def _character(drawings: Drawings, split: str, file: str) -> Iterator[Canvas]:
    """Over a scene of the split or over a flat colour, in turns; over that alone where there is no scene."""
    character = drawings.open(file, "RGBA")
    size = max(character.width, SIDE), max(character.height, SIDE)
    chance = np.random.default_rng((SEED, crc32(f"behind {file}".encode())))
    behind = [Image.new("RGB", size, FLAT[int(chance.integers(len(FLAT)))])]
    scenes = [drawings.open(each) for each in drawings.files("scene", split)]
    large = [each for each in scenes if each.width >= size[0] and each.height >= size[1]]
    if large:
        scene = large[int(chance.integers(len(large)))]
        left, top = (int(chance.integers(a - b + 1)) for a, b in zip(scene.size, size, strict=True))
        behind.append(scene.crop((left, top, left + size[0], top + size[1])))
    place = (size[0] - character.width) // 2, (size[1] - character.height) // 2
    shape = Image.new("L", size)
    shape.paste(character.getchannel("A"), place)
    for paper in behind:
        paper.paste(character, place, character)
        yield Canvas(np.asarray(paper), np.asarray(shape) > 127)


KINDS: Mapping[str, Painted] = {"cel": _whole, "character": _character, "comic": _panels, "scene": _whole}


def _pair(picture: str, kind: str, drawing: str, gt: Rgb, strength: str, out: Path) -> Pair:
    size = gt.shape[0], gt.shape[1]
    sample = pipeline.draw(STRENGTHS[strength], stream(SEED, crc32(picture.encode())), size, scale=SCALE)
    hashed = hashlib.sha256(gt.tobytes())
    whole = out / "gt" / f"{picture}-{hashed.hexdigest()[:8]}.png"
    hashed.update(pipeline.to_json(sample).encode())
    name = f"{picture}-{strength}-{hashed.hexdigest()[:8]}"
    small = out / "lq" / f"{name}.png"
    if not whole.is_file():
        write_rgb(whole, gt)
    if not small.is_file():
        write_rgb(small, to_frames(pipeline.apply(sample, to_clip(gt[None])))[0])
    return Pair(name, picture, kind, drawing, strength, small, whole)
