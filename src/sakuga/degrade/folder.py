"""Degrade the pictures of some folders: PNG files, and the draws of each in `draws.jsonl` beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.media.batch import Made, Told, batch
from sakuga.media.plain import Rgb, read_rgb, write_rgb
from sakuga.media.sources import Source

DRAWS = "draws.jsonl"


@dataclass(frozen=True, slots=True)
class Degrading:
    """What happens to each picture."""

    preset: str
    seed: int
    scale: int

    def __call__(self, source: Source, destination: Path) -> Told:
        picture = cropped(read_rgb(source.path), 2 * self.scale)
        index = index_of(source.place)
        clip, sample = pipeline.degrade(
            to_clip(picture[None]), self.preset, seed=self.seed, index=index, scale=self.scale
        )
        write_rgb(destination, to_frames(clip)[0])
        return {
            "source": str(source.path),
            "width": picture.shape[1],
            "height": picture.shape[0],
            "scale": self.scale,
            "preset": self.preset,
            "seed": self.seed,
            "index": index,
            "sakuga": version("sakuga"),
            "steps": json.loads(pipeline.to_json(sample)),
        }


def degrade_folder(
    names: Iterable[str | Path],
    out: Path,
    *,
    preset: str,
    seed: int,
    scale: int = 4,
    workers: int = 1,
    overwrite: bool = False,
) -> Iterator[Made]:
    """Degrade every picture that `names` mean into `out`; iterate to do it.

    The index of a picture follows from its place below the folder that was named, so that it comes out the
    same whatever stands beside it and however many workers there are. Sides are cut, right and below, to
    multiples of twice the scale. Raises InputError for a preset or a number that cannot be.
    """
    pipeline.named(preset)
    if seed < 0:
        raise InputError(f"--seed is {seed}; it is a whole number from 0.")
    if not 1 <= scale <= 16:
        raise InputError(f"--scale is {scale}; it is a whole number from 1 to 16.")
    draws = _Draws(out)
    try:
        for made in batch(names, out, Degrading(preset, seed, scale), workers=workers, overwrite=overwrite):
            if made.state == "done" and made.destination is not None:
                draws.add(made.destination.relative_to(out), made.told)
            yield made
    finally:
        draws.close()


def redo(draws: Path, file: str) -> Rgb:
    """Make one picture again from its line in `draws`; file: as its line names it.

    Raises InputError where there is no such line, or the source is not there any more.
    """
    told = _lines(draws).get(file)
    if told is None:
        raise InputError(f"{draws} has no line for {file}.")
    source = read_rgb(Path(told["source"]))[: told["height"], : told["width"]]
    sample = pipeline.from_json(json.dumps(told["steps"]))
    return to_frames(pipeline.apply(sample, to_clip(source[None])))[0]


def index_of(place: Path) -> int:
    """The number of the sample of a picture at `place`: a hash, as numbers would change with the folder."""
    return int.from_bytes(hashlib.sha256(place.as_posix().encode()).digest()[:7])


def cropped(picture: Rgb, multiple: int) -> Rgb:
    """Cut right and below so that both sides are multiples; a side that is shorter stays."""
    height, width = (max(side // multiple * multiple, min(side, multiple)) for side in picture.shape[:2])
    return picture[:height, :width]


class _Draws:
    """The lines of all files of a folder: appended as they come, in order and each once at the end."""

    def __init__(self, out: Path) -> None:
        self._path = out / DRAWS
        self._new = False

    def add(self, file: Path, told: Told) -> None:
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(_line(file.as_posix(), told))
        self._new = True

    def close(self) -> None:
        if self._new:
            lines = _lines(self._path)
            with replacing(self._path) as partial:
                partial.write_text("".join(_line(file, lines[file]) for file in sorted(lines)), "utf-8")


def _line(file: str, told: Mapping[str, Any]) -> str:
    return json.dumps({"file": file, **told}, ensure_ascii=False) + "\n"


def _lines(path: Path) -> dict[str, Mapping[str, Any]]:
    """File -> its last line. Raises InputError where the file cannot be read, skips a line cut short."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} could not be read: {error}.") from error
    found: dict[str, Mapping[str, Any]] = {}
    for line in text.splitlines():
        try:
            told = cast("dict[str, Any]", json.loads(line))
            found[told.pop("file")] = told
        except (ValueError, KeyError, AttributeError):
            continue
    return found
