"""What is known of a prepared set on disk: how it was begun, and a note of each picture that is cut."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.atomic import replacing

PAIRS = "pairs.jsonl"
FOLDER = ".prepare"
_HOW = "how.json"
_SUFFIX = ".note"

Note = Mapping[str, Any]
"""Plain values; `tiles` is a list of {name, top, left, sha256}."""


def write(out: Path, name: str, told: Note) -> None:
    """Note that all triples of a picture are there. Raises OutputError."""
    with replacing(_path(out, name)) as partial:
        partial.write_bytes(manifest.encoded(told))


def read(out: Path, name: str) -> Note | None:
    """The note of a picture; None where it is not cut yet."""
    path = _path(out, name)
    return _told(path) if path.is_file() else None


def gathered(out: Path) -> list[Note]:
    """Those of all pictures, by name."""
    return [_told(path) for path in sorted((out / FOLDER).glob(f"*{_SUFFIX}")) if path.name[0] != "."]


def conclude(out: Path) -> None:
    """Gather all notes in out/pairs.jsonl. Raises OutputError."""
    manifest.write(out / PAIRS, gathered(out))


def demand_same(out: Path, how: Mapping[str, Any]) -> None:
    """A set is made in one way. Raises InputError that tells what differs from how it was begun."""
    path = out / FOLDER / _HOW
    if not path.is_file():
        with replacing(path) as partial:
            partial.write_text(json.dumps(how), encoding="utf-8")
        return
    begun = _told(path)
    for name, value in how.items():
        if begun.get(name) != value:
            raise InputError(
                f"{out} was begun with {name} {begun.get(name)}, and now it is {value}; choose another --out."
            )


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits. Raises InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}.") from error


def _path(out: Path, name: str) -> Path:
    return out / FOLDER / f"{name}{_SUFFIX}"


def _told(path: Path) -> Note:
    try:
        return cast("dict[str, Any]", json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} could not be read ({error}); delete it, and its picture is cut again."
        ) from error
