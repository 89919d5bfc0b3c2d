"""Degrade the pictures of some folders: PNG files, and the draws of each in `draws.jsonl` beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.errors import InputError, OutputError
from sakuga.media.atomic import reason, replacing
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
    out: Path

    def __call__(self, source: Source, destination: Path) -> Told:
        picture = cropped(read_rgb(source.path), 2 * self.scale)
        index = index_of(source.place)
        clip, sample = pipeline.degrade(
            to_clip(picture[None]), self.preset, seed=self.seed, index=index, scale=self.scale
        )
        told = {
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
        # Before the picture: whatever ends this process, none is there whose draws are unknown.
        _append(self.out / DRAWS, _line(destination.relative_to(self.out).as_posix(), told))
        write_rgb(destination, to_frames(clip)[0])
        return told


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
    if not 0 <= seed < 2**32:
        raise InputError(f"--seed is {seed}; it is a whole number from 0 to {2**32 - 1}.")
    if not 1 <= scale <= 16:
        raise InputError(f"--scale is {scale}; it is a whole number from 1 to 16.")
    how = Degrading(preset, seed, scale, out)
    _tidy(out / DRAWS)
    try:
        yield from batch(names, out, how, workers=workers, overwrite=overwrite)
    finally:
        _tidy(out / DRAWS)


def draws_of(path: Path) -> dict[str, Told]:
    """File -> its last line, but for lines that are cut short. Raises InputError where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise InputError(f"{path} could not be read: {why}.") from error
    found: dict[str, Told] = {}
    for line in text.splitlines():
        try:
            told = cast("dict[str, Any]", json.loads(line))
            found[told.pop("file")] = told
        except (ValueError, KeyError, AttributeError):
            continue
    return found


def redo(draws: Path, file: str) -> Rgb:
    """Make one picture again from its line in `draws`; file: as its line names it.

    Raises InputError where there is no such line, or the source is gone or another one.
    """
    told = draws_of(draws).get(file)
    if told is None:
        raise InputError(f"{draws} has no line for {file}.")
    try:
        path, size, scale = Path(told["source"]), (told["height"], told["width"]), told["scale"]
        sample = pipeline.from_json(json.dumps(told["steps"]))
    except (KeyError, TypeError) as error:
        raise InputError(f"The line for {file} in {draws} is not whole.") from error
    source = cropped(read_rgb(path), 2 * scale)
    if source.shape[:2] != size:
        raise InputError(f"{path} has another size than the picture that became {file}.")
    return to_frames(pipeline.apply(sample, to_clip(source[None])))[0]


def index_of(place: Path) -> int:
    """The number of the sample of a picture at `place`: a hash, as numbers would change with the folder.

    It has 48 bits, which every reader of JSON can hold.
    """
    return int.from_bytes(hashlib.sha256(place.as_posix().encode(errors="surrogateescape")).digest()[:6])


def cropped(picture: Rgb, multiple: int) -> Rgb:
    """Cut right and below so that both sides are multiples; a side that is shorter stays."""
    height, width = (max(side // multiple * multiple, min(side, multiple)) for side in picture.shape[:2])
    return picture[:height, :width]


def _append(path: Path, line: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as lines:
            lines.write(line)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {reason(error)}.") from error


def _tidy(path: Path) -> None:
    """Lines in order, each file's once: they are appended as they come."""
    if path.exists():
        lines = draws_of(path)
        with replacing(path) as partial:
            partial.write_bytes(b"".join(_line(file, lines[file]) for file in sorted(lines)))


def _line(file: str, told: Told) -> bytes:
    """UTF-8; the bytes of a file's name that are none become escapes of JSON."""
    text = json.dumps({"file": file, **told}, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")
