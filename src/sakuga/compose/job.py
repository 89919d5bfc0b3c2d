"""Compose a folder of stills or shots: each described first, then drawn; what is there already stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sakuga.compose.draw import frames
from sakuga.compose.folder import Folder
from sakuga.compose.library import survey
from sakuga.compose.plan import Planner
from sakuga.compose.settings import Settings
from sakuga.compose.shot import Shot
from sakuga.errors import InputError, SakugaError
from sakuga.media import works
from sakuga.media.crew import in_turn
from sakuga.media.lock import Held, holding
from sakuga.media.works import Work

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of one shot."""

    path: Path
    why: str = ""
    """Why it could not be made; a sentence, empty where it is there."""
    new: bool = True
    """Whether this call made it, and not an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which drawings are used."""

    root: Path
    """A folder with manifest.csv."""
    split: str = "train"
    photos: bool = False
    """Whether photos are backgrounds, too."""

    def works(self) -> dict[str, Work]:
        """By file. Raises InputError where there is no manifest, or nothing of that split in it."""
        found = {work.file: work for work in works.read(self.root) if work.split == self.split}
        if not found:
            raise InputError(f"{self.root / works.NAME} has no drawing in the split {self.split}.")
        return found

    @property
    def told(self) -> dict[str, Any]:
        """What decides which drawings there are."""
        digest = hashlib.sha256((self.root / works.NAME).read_bytes()).hexdigest()
        return {"drawings": digest[:16], "split": self.split, "photos": self.photos}


def compose(
    source: Source, out: Path, settings: Settings, count: int, *, workers: int = 1
) -> Iterator[Composed]:
    """Make shots 0 to count - 1 of `settings` in `out`, in order. Iterate to do it.

    out/shots holds them, out/manifest.jsonl and out/CREDITS tell of them, however this ends. The same call
    goes on where one was stopped, also with a larger `count`, and the result is the same. Raises InputError
    where nothing can be made of the drawings, the folder was begun in another way, or another process is at
    work in it.
    """
    if count < 1:
        raise InputError(f"--count is {count}; it is a number of shots, 1 or more.")
    if workers < 1:
        raise InputError(f"--workers is {workers}; it is a number of processes, 1 or more.")
    known = source.works()
    folder = Folder(out, {**source.told, **asdict(settings)})
    try:
        with holding(folder.lock):
            library = folder.library or survey(source.root, list(known.values()), photos=source.photos)
            planner = Planner(library, settings)
            folder.begin(library)
            shots = [planner.shot(number) for number in range(count)]
            try:
                yield from _made(source.root, folder, shots, workers)
            finally:
                folder.conclude(shots, known)
    except Held as held:
        raise InputError(f"{out} is being worked on by {held}.") from held


def _made(root: Path, folder: Folder, shots: list[Shot], workers: int) -> Iterator[Composed]:
    there = {shot.number for shot in shots if folder.holds(shot)}
    tasks = [(shot,) for shot in shots if shot.number not in there]
    call = partial(_composed, root, folder)
    alone = workers == 1 or len(tasks) < 2
    new = (call(*task) for task in tasks) if alone else in_turn(call, tasks, workers, partial(_ended, folder))
    for shot in shots:
        yield Composed(folder.out / folder.place(shot), new=False) if shot.number in there else next(new)


def _composed(root: Path, folder: Folder, shot: Shot) -> Composed:
    path = folder.out / folder.place(shot)
    try:
        folder.write(shot, frames(root, shot))
    except SakugaError as error:
        return Composed(path, str(error))
    return Composed(path)


def _ended(folder: Folder, shot: Shot) -> Composed:
    path = folder.out / folder.place(shot)
    return Composed(path, f"{path}: the process at work on it was ended, perhaps for want of memory.")
