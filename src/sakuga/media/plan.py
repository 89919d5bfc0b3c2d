"""Decide, before any work, which file becomes which: no two the same, none over its own source."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sakuga.errors import InputError
from sakuga.media.codecs import Encoding, container_for
from sakuga.media.formats import FORMATS, FormatName, by_content
from sakuga.media.picture import is_picture
from sakuga.media.sources import Found, Kind, Problem, Source, find
from sakuga.media.video import is_video


class Wishes(Protocol):
    """What of a user's settings decides the names of results."""

    @property
    def format(self) -> FormatName | None:
        """Format of all pictures; None keeps each picture's own."""
        ...

    @property
    def encoding(self) -> Encoding:
        """How videos are encoded."""
        ...

    @property
    def overwrite(self) -> bool:
        """Whether results that are there already are made again."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """One file to make out of another."""

    source: Path
    destination: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a command means."""

    tasks: tuple[Task, ...]
    finished: tuple[Task, ...]
    """Tasks whose destination stands there already."""
    problems: tuple[Problem, ...]
    ignored: int
    """Files inside folders that are neither picture nor video."""


def plan(names: Iterable[str | Path], out: Path, wishes: Wishes) -> Plan:
    """What making files of `names` in `out` means.

    `out` is a folder in which the trees of named folders are mirrored; with a single source and the suffix of
    a picture or video it is the file itself. Raises InputError where `out` names a file for several sources.
    """
    alone = _names_a_file(out)
    found = find(names, skip=None if alone else out)
    tasks = _one_task(found, out) if alone else _mirrored(found.sources, out, wishes)
    sources = {_key(task.source.resolve()) for task in tasks}
    wrong = [task for task in tasks if _key(task.destination.resolve()) in sources]
    right = [task for task in tasks if task not in wrong]
    finished = [task for task in right if task.destination.is_file() and not wishes.overwrite]
    return Plan(
        tasks=tuple(task for task in right if task not in finished),
        finished=tuple(finished),
        problems=(*found.problems, *map(_over_a_source, wrong)),
        ignored=found.ignored,
    )


def _names_a_file(out: Path) -> bool:
    return (is_picture(out) or is_video(out)) and not out.is_dir()


def _one_task(found: Found, out: Path) -> list[Task]:
    if len(found.sources) > 1:
        raise InputError(
            f"--out {out} names one file, but there are {len(found.sources)} sources; name a folder."
        )
    for source in found.sources:
        if not (is_picture if source.kind == "picture" else is_video)(out):
            raise InputError(f"{source.path} is a {source.kind}, which {out.name} cannot hold; change --out.")
    return [Task(source.path, out, source.kind) for source in found.sources]


def _mirrored(sources: Sequence[Source], out: Path, wishes: Wishes) -> list[Task]:
    places = _distinct([_place(source, wishes) for source in sources], sources)
    return [
        Task(source.path, out / place, source.kind) for source, place in zip(sources, places, strict=True)
    ]


def _place(source: Source, wishes: Wishes) -> Path:
    """Where `source` goes below the output folder, if nothing else goes there."""
    if source.kind == "video":
        return source.place.with_suffix(container_for(source.path, wishes.encoding))
    if wishes.format:
        return source.place.with_suffix(FORMATS[wishes.format].suffixes[0])
    return source.place if is_picture(source.path) else source.place.with_suffix(_true_suffix(source.path))


def _true_suffix(path: Path) -> str:
    with path.open("rb") as file:
        name = by_content(file.read(16))
    return FORMATS[name].suffixes[0] if name else path.suffix


def _plain(place: Path, _source: Source, _index: int) -> Path:
    return place


def _with_source_suffix(place: Path, source: Source, _: int) -> Path:
    return place.with_name(source.path.name + place.suffix)


def _under_source_folder(place: Path, source: Source, _: int) -> Path:
    folder = source.path.resolve().parent.name or "root"
    return place.parent / folder / _with_source_suffix(place, source, 0).name


def _numbered(place: Path, source: Source, index: int) -> Path:
    return place.with_name(f"{source.path.name}-{index + 1}{place.suffix}")


_NAMINGS: tuple[Callable[[Path, Source, int], Path], ...] = (
    _plain,
    _with_source_suffix,
    _under_source_folder,
    _numbered,
)


def _distinct(places: Sequence[Path], sources: Sequence[Source]) -> list[Path]:
    """`places`, told apart where several are one: all of these, so that the order of sources is no matter."""
    level = [0] * len(places)
    while True:
        named = [
            _NAMINGS[level[index]](place, source, index)
            for index, (place, source) in enumerate(zip(places, sources, strict=True))
        ]
        count = Counter(map(_key, named))
        clashing = [index for index, place in enumerate(named) if count[_key(place)] > 1]
        if not clashing:
            return named
        for index in clashing:
            level[index] = min(level[index] + 1, len(_NAMINGS) - 1)


def _key(path: Path) -> str:
    """Equal for paths that some file system takes for one: case and Unicode form do not tell files apart."""
    return unicodedata.normalize("NFC", str(path)).casefold()


def _over_a_source(task: Task) -> Problem:
    itself = (
        "itself"
        if task.source.resolve() == task.destination.resolve()
        else f"{task.destination}, also a source"
    )
    return Problem(task.source, f"{task.source} would be written over {itself}; choose another --out.")
