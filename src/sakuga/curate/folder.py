"""The folder of a set: its manifest, what a review took out of it, and what is written about the whole."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sakuga.curate.naming import printable
from sakuga.errors import InputError, OutputError
from sakuga.media import manifest
from sakuga.media.atomic import reason, replacing
from sakuga.media.sources import Source

SUMMARY = "summary.json"
REJECTED = "rejected"
"""Holds what a review rejected, and a manifest of that."""
UNLISTED = "unlisted"
"""Holds what an earlier run chose and a later one, with other settings, did not."""

Line = Mapping[str, Any]


def lines(folder: Path) -> list[dict[str, Any]]:
    """The manifest's lines; none where there is no manifest. Raises InputError for a damaged one."""
    path = folder / manifest.NAME
    if not path.is_file() or not path.read_bytes().strip():
        return []
    return [_line(entry) for entry in manifest.read(path)]


def _line(entry: manifest.Entry) -> dict[str, Any]:
    told = {"file": entry.place.as_posix(), "width": entry.width, "height": entry.height}
    return told | {"licence": entry.licence} | dict(entry.rest)


def write(folder: Path, told: Sequence[Line]) -> None:
    """The manifest, whole or as it was. Raises OutputError."""
    manifest.write(folder / manifest.NAME, told)


def write_summary(folder: Path, told: Mapping[str, Any]) -> None:
    """What can be said of the whole set. Raises OutputError."""
    with replacing(folder / SUMMARY) as partial:
        partial.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_summary(folder: Path) -> dict[str, Any]:
    """The same; empty where there is none."""
    try:
        return json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def refuse_another_set(folder: Path, sources: Sequence[Source]) -> None:
    """Raises InputError where the folder holds pictures of videos that are not among `sources`."""
    named = {printable(str(source.path)) for source in sources}
    others = sorted({str(line["source"]) for line in lines(folder) if line.get("source") not in named})
    if others:
        more = f" and of {len(others) - 1} more" if len(others) > 1 else ""
        raise InputError(
            f"{folder} holds a set with pictures of {others[0]}{more}, not named now. Name all videos of the"
            " set, or choose another --out."
        )


def identity(line: Line) -> tuple[object, object, object]:
    """Equal for lines about the same picture, or part of a picture, of the same video."""
    return line.get("source"), line.get("pts"), line.get("part", "")


def move(names: Iterable[str], origin: Path, target: Path) -> None:
    """Move the set's own files and folders; one that is not there any more was moved before.

    Raises OutputError.
    """
    for name in filter(is_own, names):
        rename(origin / name, target / name)


def is_own(name: str) -> bool:
    """Whether a manifest's `file` lies in the folder itself; lists of clips name videos elsewhere."""
    return Path(name).name == name


def rename(source: Path, destination: Path) -> None:
    """The same for one; a folder that is in its way gets a number. Raises OutputError."""
    try:
        if source.exists():
            destination.parent.mkdir(parents=True, exist_ok=True)
            if destination.is_dir():
                destination.rename(_free(destination))
            source.replace(destination)
    except OSError as error:
        raise OutputError(f"{source} could not be moved to {destination}: {reason(error)}.") from error


def _free(folder: Path) -> Path:
    """A name beside `folder` that is not taken."""
    names = (folder.with_name(f"{folder.name} {number}") for number in itertools.count(2))
    return next(name for name in names if not name.exists())
