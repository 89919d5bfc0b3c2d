"""The list of the pictures or clips of a data set: a JSON object a line, with paths from its own folder."""

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
from sakuga.media.video import is_video

NAME = "manifest.jsonl"
_SHOWN = 5
"""Problems that a message lists."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture, or one clip: frames in a folder, or a part of a video."""

    file: Path
    """The picture, the folder of a clip's frames or its video, as it can be opened."""
    place: Path
    """The same from the manifest's folder; it names the sample."""
    width: int = 0
    """0 where the manifest does not say."""
    height: int = 0
    licence: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """All else that its line says."""

    @property
    def is_clip(self) -> bool:
        """Whether it is no picture but a folder of frames, or a video."""
        return self.file.is_dir() or is_video(self.file)


def read(path: Path, *, skip: Path | None = None) -> list[Entry]:
    """The entries of a manifest, or those of a folder: of its manifest, else every picture in it.

    No picture is opened. skip: a folder inside that is left out, where results go. Raises InputError, naming
    file and line.
    """
    if path.is_dir() and not (path / NAME).is_file():
        return _folder(path, skip)
    path = path / NAME if path.is_dir() else path
    try:
        # Not splitlines(): names may hold what Unicode takes for the end of a line.
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
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
        partial.write_bytes(b"".join(encoded(line) + b"\n" for line in lines))


def line_of(told: Mapping[str, Any]) -> str:
    """One line, without its end."""
    return json.dumps(told, ensure_ascii=False)


def encoded(told: Mapping[str, Any]) -> bytes:
    """One line in UTF-8; the bytes of a file's name that are none become escapes of JSON."""
    return line_of(told).encode(errors="backslashreplace")


def check(entries: Iterable[Entry], least: int = 0) -> None:
    """Look at every picture, not at its pixels: is it there, whole, as large as told, and listed once?

    least: side of the smallest picture that is of use. Raises InputError that lists the first few problems.
    """
    problems = list(_problems(entries, least))
    if problems:
        more = len(problems) - _SHOWN
        tail = [f"That is not all: there {'is 1' if more == 1 else f'are {more}'} more."] if more > 0 else []
        raise InputError(" ".join(problems[:_SHOWN] + tail))


def _problems(entries: Iterable[Entry], least: int) -> Iterator[str]:
    seen: set[tuple[Path, str]] = set()
    for entry in entries:
        key = entry.place, repr([entry.rest.get(name) for name in ("first", "count", "frames")])
        if key in seen:
            yield f"{entry.place} is listed twice."
        seen.add(key)
        yield from _clip(entry) if entry.is_clip else _picture(entry, least)


def _clip(entry: Entry) -> Iterator[str]:
    if not entry.file.exists():
        yield f"{entry.file} could not be read: it does not exist."
    elif entry.file.is_dir() and not find([entry.file]).sources:
        yield f"{entry.file} is a folder without pictures."


def _picture(entry: Entry, least: int) -> Iterator[str]:
    try:
        with open_picture(entry.file) as picture:
            size = picture.width, picture.height
    except InputError as error:
        yield str(error)
        return
    if (entry.width or size[0], entry.height or size[1]) != size:
        wanted = f"{entry.width}x{entry.height}"
        yield f"{entry.file} is {size[0]}x{size[1]}, and its manifest says {wanted}."
    elif min(size) < least:
        yield f"{entry.file} is {size[0]}x{size[1]}; {least} rows and columns are needed, so leave it out."


def _folder(path: Path, skip: Path | None) -> list[Entry]:
    found = find([path], skip=skip)
    if found.problems:
        raise InputError(found.problems[0].sentence)
    entries = [Entry(s.path, s.place) for s in found.sources if s.kind == "picture"]
    if not entries:
        raise InputError(f"{path} holds no picture and no {NAME}.")
    return entries


def _entry(line: str, path: Path, number: int) -> Entry:
    try:
        told = cast("dict[str, Any]", json.loads(line))
        place = Path(told.pop("file"))
        width, height = (int(told.pop(name, None) or 0) for name in ("width", "height"))
        licence = str(told.pop("licence", None) or "")
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise InputError(f"{path}, line {number}: it is no JSON object with a `file` ({error}).") from error
    if place.name in ("", "..") or "\0" in str(place):
        raise InputError(f"{path}, line {number}: its `file` names nothing.")
    return Entry(path.parent / place, place, width, height, licence, told)
