"""Find what a user named: files, folders with all that is in them, and globs that no shell expanded."""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sakuga.errors import InputError
from sakuga.media.formats import by_content
from sakuga.media.picture import is_picture
from sakuga.media.video import is_video

Kind = Literal["picture", "video"]

_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Source:
    """One picture or video."""

    path: Path
    place: Path
    """Where it stands below the folder that was named; only its name where it was named itself."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was asked for and cannot be done, with the sentence that says why."""

    path: Path
    sentence: str


@dataclass(slots=True)
class Found:
    """What a search gave."""

    sources: list[Source] = field(default_factory=list[Source])
    problems: list[Problem] = field(default_factory=list[Problem])
    ignored: int = 0
    """Files inside folders that are neither picture nor video."""


def find(names: Iterable[str | Path], *, skip: Path | None = None) -> Found:
    """Every picture and video that `names` mean, each once, in a stable order.

    A name is a file, a folder (searched to its depth, hidden entries left out) or, where nothing of that
    name exists, a glob. `skip` is a folder that is never entered: the one that results go to.
    """
    search = _Search(skip)
    for name in names:
        search.name(Path(name))
    return search.found


def by_name(folder: Path) -> Mapping[str, Path]:
    """Place below `folder` without suffix -> picture; none where there is no such folder.

    Raises InputError for two that would have one name.
    """
    found: dict[str, Path] = {}
    for source in find([folder]).sources:
        name = source.place.with_suffix("").as_posix()
        if source.kind != "picture":
            continue
        if name in found:
            raise InputError(f"{folder} holds {found[name].name} and {source.path.name}; keep one of them.")
        found[name] = source.path
    return found


class _Search:
    """One search; it remembers what it has seen, so that links in a circle end and nothing is found twice."""

    def __init__(self, skip: Path | None) -> None:
        self.found = Found()
        self._skip = _real(skip) if skip else None
        self._seen: set[Path] = set()

    def name(self, path: Path) -> None:
        if _real(path) == self._skip:
            self._problem(path, f"{path} is the folder that the results go to; choose another --out.")
        elif _is_folder(path):
            self._folder(path, path)
        elif _stands(path) or not _MAGIC.search(str(path)):
            self._file(path, Path(path.name), named=True)
        else:
            self._glob(path)

    def _glob(self, pattern: Path) -> None:
        base = Path(*itertools.takewhile(lambda part: not _MAGIC.search(part), pattern.parts))
        wild = pattern.relative_to(base)
        matches = [match for match in sorted(base.glob(str(wild))) if self._may_match(match, base, wild)]
        if not matches:
            self._problem(pattern, f"No file matches {pattern}.")
        deep = "**" in wild.parts
        for match in matches:
            if not _is_folder(match):
                self._file(match, match.relative_to(base), named=not deep)
            elif not deep:
                self._folder(match, base)

    def _may_match(self, path: Path, base: Path, wild: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(base).parts)
        asked = any(part.startswith(".") for part in wild.parts)
        return (asked or not hidden) and self._skip not in (_real(path), *_real(path).parents)

    def _folder(self, folder: Path, base: Path) -> None:
        if _real(folder) == self._skip or not self._first_time(folder):
            return
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            self._problem(folder, f"The folder {folder} cannot be read: {error.strerror}.")
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                self._folder(entry, base)
            else:
                self._file(entry, entry.relative_to(base), named=False)

    def _file(self, path: Path, place: Path, *, named: bool) -> None:
        if not self._first_time(path):
            return
        try:
            kind = _kind(path)
        except OSError as error:
            self._problem(path, _unreadable(path, error))
            return
        if kind:
            self.found.sources.append(Source(path, place, kind))
        elif named:
            self._problem(path, f"{path} is neither a picture nor a video, by its name and by its content.")
        else:
            self.found.ignored += 1

    def _first_time(self, path: Path) -> bool:
        place = _real(path)
        known = place in self._seen
        self._seen.add(place)
        return not known

    def _problem(self, path: Path, sentence: str) -> None:
        self.found.problems.append(Problem(path, sentence))


def _real(path: Path) -> Path:
    """`path` without links; unlike Path.resolve it also answers for links that run in a circle."""
    return Path(os.path.realpath(path))


def _kind(path: Path) -> Kind | None:
    """By the name, which opening the file checks; by the content where the name says nothing."""
    with path.open("rb") as file:
        head = file.read(16)
    if is_picture(path):
        return "picture"
    if is_video(path):
        return "video"
    return "picture" if by_content(head) else None


def _stands(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} {'links to something that ' if path.is_symlink() else ''}does not exist."
    return f"{path} cannot be read: {error.strerror}."
