"""Make a file out of each of many pictures, on several processes; a bad one never stops the rest."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from sakuga.errors import InputError, SakugaError
from sakuga.media.crew import in_turn
from sakuga.media.sources import Source, find

Told = Mapping[str, Any]
"""What a job says of one picture, as plain values."""
Job = Callable[[Source, Path], Told]
"""Makes the file; picklable where there are workers. What it raises is told of that picture."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one picture."""

    source: Path
    destination: Path | None
    """None where the source cannot be read as anything."""
    state: Literal["done", "skipped", "failed"]
    sentence: str = ""
    told: Told = field(default_factory=dict[str, Any])


def batch(
    names: Iterable[str | Path], out: Path, job: Job, *, workers: int = 1, overwrite: bool = False
) -> Iterator[Made]:
    """Each picture that `names` mean becomes a PNG below `out`, in which the trees of folders are mirrored.

    Results come in the order of the sources. What is there already is skipped, and no source is ever written
    over. Raises InputError where `workers` is no number of processes; all that is wrong with single files is
    in what comes.
    """
    if workers < 1:
        raise InputError(f"--workers is {workers}; it is a number of processes, 1 or more.")
    found = find(names, skip=out)
    for problem in found.problems:
        yield Made(problem.path, None, "failed", problem.sentence)
    tasks: list[tuple[Source, Path]] = []
    sources = {_key(source.path) for source in found.sources}
    taken: dict[str, Path] = {}
    for source in found.sources:
        destination = out / source.place.with_suffix(".png")
        key = _key(destination)
        if source.kind == "video":
            yield Made(source.path, None, "failed", f"{source.path} is a video; this takes pictures.")
        elif key in sources:
            yield Made(source.path, None, "failed", _over(source.path, destination))
        elif key in taken:
            yield Made(source.path, None, "failed", _same(source.path, taken[key], destination))
        else:
            taken[key] = source.path
            if destination.exists() and not overwrite:
                yield Made(source.path, destination, "skipped", f"{destination} is there already.")
            else:
                tasks.append((source, destination))
    run = _alone if workers == 1 or len(tasks) < 2 else partial(_together, workers=workers)
    yield from run(job, tasks)


def _alone(job: Job, tasks: list[tuple[Source, Path]]) -> Iterator[Made]:
    for task in tasks:
        yield _attempt(job, *task)


def _together(job: Job, tasks: list[tuple[Source, Path]], workers: int) -> Iterator[Made]:
    return in_turn(partial(_attempt, job), tasks, workers, _ended)


def _ended(source: Source, destination: Path) -> Made:
    sentence = f"{source.path}: the process at work on it was ended, perhaps for want of memory."
    return Made(source.path, destination, "failed", sentence)


def _attempt(job: Job, source: Source, destination: Path) -> Made:
    try:
        return Made(source.path, destination, "done", told=job(source, destination))
    except SakugaError as error:
        return Made(source.path, destination, "failed", str(error))
    except MemoryError:
        return Made(source.path, destination, "failed", f"{source.path} does not fit into memory.")


def _key(path: Path) -> str:
    """Equal for paths that some file system takes for one, by links, case or the form of its Unicode."""
    return unicodedata.normalize("NFC", os.path.realpath(path)).casefold()


def _over(path: Path, destination: Path) -> str:
    return f"{path} would become {destination}, which is a source itself; choose another --out."


def _same(path: Path, other: Path, destination: Path) -> str:
    return f"{path} would become {destination}, as {other} does; rename one, or take them one by one."
