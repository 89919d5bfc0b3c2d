"""The folder that shots go to: how it was begun, what is in it already, its manifest and its credits."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sakuga.compose.library import Library, load
from sakuga.compose.shot import Shot
from sakuga.errors import OutputError
from sakuga.media import begun, manifest
from sakuga.media.atomic import reason, replacing
from sakuga.media.plain import Rgb
from sakuga.media.quick import write_png
from sakuga.media.works import Work, licence_of

NOTES = ".compose"
CREDITS = "CREDITS"
SHOTS = "shots"


class Folder:
    """Where shots are kept: `shots/000012.png`, or a folder of frames `shots/000012`."""

    def __init__(self, out: Path, how: Mapping[str, Any]) -> None:
        """how: all that decides what its shots are. Raises InputError where `out` was begun otherwise."""
        self.out, self._how = out, how
        begun.demand_same(out, self._begun, how)

    @property
    def lock(self) -> Path:
        """The file that one process holds."""
        return self.out / NOTES / "lock"

    @property
    def library(self) -> Library | None:
        """What was found in the drawings when the folder was begun."""
        try:
            return load(self.out / NOTES / "library.json") if self._begun.is_file() else None
        except (OSError, ValueError):
            return None

    def begin(self, library: Library) -> None:
        """Note how it is made; not before all is known to fit, so that one may think again until then."""
        library.save(self.out / NOTES / "library.json")
        begun.note(self._begun, self._how)

    def place(self, shot: Shot) -> Path:
        """Of the picture, or of the folder with frames, from `out`."""
        return Path(SHOTS) / (f"{shot.number:06}.png" if shot.count == 1 else f"{shot.number:06}")

    def holds(self, shot: Shot) -> bool:
        """Whether it is there; what is there is whole."""
        return (self.out / self.place(shot)).exists()

    def write(self, shot: Shot, frames: Iterable[Rgb]) -> None:
        """It appears when all of it is there. Raises OutputError."""
        path = self.out / self.place(shot)
        if shot.count == 1:
            write_png(path, next(iter(frames)))
            return
        making = self.out / NOTES / path.name
        try:
            shutil.rmtree(making, ignore_errors=True)
            for number, frame in enumerate(frames):
                write_png(making / f"{number:04}.png", frame)
            path.parent.mkdir(parents=True, exist_ok=True)
            making.rename(path)
        except OSError as error:
            raise OutputError(f"{path} could not be written: {reason(error)}.") from error

    def conclude(self, shots: Iterable[Shot], works: Mapping[str, Work]) -> None:
        """Write the manifest of the shots that are there, and the credits of all works in them."""
        there = [shot for shot in shots if self.holds(shot)]
        if not there:
            return
        manifest.write(self.out / manifest.NAME, (self._line(shot, works) for shot in there))
        used = {file for shot in there for file in shot.files}
        with replacing(self.out / CREDITS) as partial:
            partial.write_text(_credits([works[file] for file in sorted(used)]), encoding="utf-8")

    def _line(self, shot: Shot, works: Mapping[str, Work]) -> dict[str, Any]:
        height, width = shot.size
        used = [works[file] for file in shot.files]
        told = {"width": width, "height": height, "licence": licence_of(used), "drawings": shot.files}
        return {"file": self.place(shot).as_posix(), **told, "shot": shot.told}

    @property
    def _begun(self) -> Path:
        return self.out / NOTES / "how.json"


def _credits(works: Iterable[Work]) -> str:
    """A table: each drawing in these pictures, and whose it is."""
    lines = [
        "# Credits",
        "",
        "Put together by `sakuga compose` from the drawings below: cut, scaled, layered, recoloured.",
        "Each picture stays under the licences of its drawings, which `manifest.jsonl` tells.",
        "",
        "| drawing | work | author | licence | source |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {w.file} | {w.work} | {w.author} | {w.licence} | {w.source} |" for w in works]
    return "\n".join(lines) + "\n"
