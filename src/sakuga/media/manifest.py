"""The list of the pictures of a data set, `manifest.jsonl`: a JSON object a line, paths from its folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.media.picture import open_picture
from sakuga.media.sources import find

NAME = "manifest.jsonl"
_SHOWN = 5
"""Problems that a message lists."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture, or one clip of frames in a folder."""

    file: Path
    """The file, or the folder of a clip's frames, as it can be opened."""
    place: Path
    """The same from the manifest's folder; it names the sample."""
    width: int = 0
    """0 where the manifest does not say."""
    height: int = 0
    licence: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """All else that its line says."""


def read(path: Path) -> list[Entry]:
    """The entries of a manifest, or those of a folder: of its manifest, else every picture in it.

    No picture is opened. Raises InputError, naming file and line.
    """
    if path.is_dir() and not (path / NAME).is_file():
        return _folder(path)
    path = path / NAME if path.is_dir() else path
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no manifest: it is not UTF-8.") from error
    entries = [_entry(line, path, number) for number, line in enumerate(lines, start=1) if line.strip()]
    if not entries:
        raise InputError(f"{path} lists nothing.")
    return entries


def write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write a manifest; it appears when it is whole. Each line has at least `file`."""
    with replacing(path) as partial:
        partial.write_text("".join(f"{line_of(line)}\n" for line in lines), encoding="utf-8")


def line_of(told: Mapping[str, Any]) -> str:
    """One line, without its end."""
    return json.dumps(told, ensure_ascii=False)


def check(entries: Iterable[Entry]) -> None:
    """Look at every picture, not at its pixels. Raises InputError that lists the first few problems."""
    problems = list(_problems(entries))
    if problems:
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise InputError(f"{' '.join(problems[:_SHOWN])}{more and f' There are{more}.'}")


def _problems(entries: Iterable[Entry]) -> Iterator[str]:
    seen: set[Path] = set()
    for entry in entries:
        if entry.place in seen:
            yield f"{entry.place} is listed twice."
        seen.add(entry.place)
        if entry.file.is_dir():
            continue
        try:
            with open_picture(entry.file) as picture:
                size = picture.width, picture.height
        except InputError as error:
            yield str(error)
            continue
        if entry.width and (entry.width, entry.height) != size:
            wanted = f"{entry.width}x{entry.height}"
            yield f"{entry.file} is {size[0]}x{size[1]}, and its manifest says {wanted}."


def _folder(path: Path) -> list[Entry]:
    found = find([path])
    entries = [Entry(s.path, s.place) for s in found.sources if s.kind == "picture"]
    if not entries:
        raise InputError(f"{path} holds no picture and no {NAME}.")
    return entries


def _entry(line: str, path: Path, number: int) -> Entry:
    try:
        told = cast("dict[str, Any]", json.loads(line))
        place = Path(told.pop("file"))
        width, height = int(told.pop("width", 0)), int(told.pop("height", 0))
        licence = str(told.pop("licence", ""))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}, line {number}: it is no JSON object with a `file` ({error}).") from error
    return Entry(path.parent / place, place, width, height, licence, told)
