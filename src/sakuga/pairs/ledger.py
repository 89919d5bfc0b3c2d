"""What is known of a folder of pairs: how it was begun, and a line for each candidate that was judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sakuga.errors import OutputError
from sakuga.media import begun, manifest
from sakuga.media.atomic import reason

FOLDER = ".pairs"
LEFT_OUT = "left_out.jsonl"
PHOTO, ANIME = "photo", "anime"

Line = Mapping[str, Any]
"""`name`, `index`, `why` (empty where it was kept), `scores`, and what the source told."""


class Ledger:
    """Of the folder `out`; lines are appended as they come, so that nothing is judged twice."""

    def __init__(self, out: Path, how: Mapping[str, Any]) -> None:
        """how: all that decides which pairs there are. Raises InputError where `out` was begun otherwise."""
        self._out = out
        path = out / FOLDER / "how.json"
        begun.demand_same(out, path, how)
        if not path.is_file():
            begun.note(path, how)
        self.lines: dict[str, Line] = _judged(out / FOLDER / "judged.jsonl")
        """By name, in the order in which they were judged."""

    @property
    def lock(self) -> Path:
        """The file that one process holds."""
        return self._out / FOLDER / "lock"

    def files(self, name: str) -> tuple[Path, Path]:
        """Photo and drawing of a pair."""
        return self._out / PHOTO / f"{name}.png", self._out / ANIME / f"{name}.png"

    def known(self, name: str) -> Line | None:
        """The line of a candidate; None where it is not judged, or its files are gone."""
        line = self.lines.get(name)
        if line is None or (not line["why"] and not all(file.is_file() for file in self.files(name))):
            return None
        return line

    def add(self, line: Line) -> None:
        """After its files: none is there of which nothing is known. Raises OutputError."""
        path = self._out / FOLDER / "judged.jsonl"
        try:
            with path.open("ab") as lines:
                lines.write(manifest.encoded(line) + b"\n")
        except OSError as error:
            raise OutputError(f"{path} could not be written: {reason(error)}.") from error
        self.lines[line["name"]] = line

    def conclude(self) -> None:
        """Write the manifest of what is kept, and the list of what is not. Raises OutputError."""
        lines = [line for _, line in sorted(self.lines.items())]
        kept = [self._entry(line) for line in lines if not line["why"]]
        left = [_without(line, "index") for line in lines if line["why"]]
        manifest.write(self._out / manifest.NAME, kept)
        manifest.write(self._out / LEFT_OUT, left)

    def _entry(self, line: Line) -> Line:
        photo, anime = (f"{part}/{line['name']}.png" for part in (PHOTO, ANIME))
        return {"file": photo, "anime": anime, **_without(line, "name", "index", "why")}


def _without(line: Line, *names: str) -> Line:
    return {name: value for name, value in line.items() if name not in names}


def _judged(path: Path) -> dict[str, Line]:
    """What is cut short, as by a power cut, is judged again; the next line begins on its own."""
    if not path.is_file():
        return {}
    found: dict[str, Line] = {}
    content = path.read_bytes()
    for text in content.split(b"\n"):
        try:
            line = cast("dict[str, Any]", json.loads(text))
            found[line["name"]] = line
        except (ValueError, KeyError, TypeError):
            continue
    if content and not content.endswith(b"\n"):
        with path.open("ab") as lines:
            lines.write(b"\n")
    return found
