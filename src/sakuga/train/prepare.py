"""Prepare a training set on disk: triples of patches, cut from whole pictures after these were degraded.

Source: APISR (CVPR 2024), sections 3.1 and 4.1, and its scripts: to 720 rows, enhanced, degraded, cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.crew import in_turn
from sakuga.media.manifest import Entry
from sakuga.train import distil, notes
from sakuga.train.tiles import Cut, Preparing, count_of, cut, name_of

Task = tuple[Entry, int | None, Path, Preparing]
"""A picture, how many triples of it are wanted (None: all), where to and how."""


def prepare(
    source: Path, out: Path, how: Preparing, *, limit: int | None = None, workers: int = 1
) -> Iterator[Cut]:
    """Cut all pictures of a manifest or folder into triples in out/gt, out/pseudo_gt and out/lq.

    The same call goes on where one was stopped, and however it ends, out/pairs.jsonl tells of all that is
    there. What becomes of a picture depends on its place in the set, the seed and the epoch alone: with the
    same ones, `sakuga degrade` and `sakuga lines` make the same of a picture that is neither reduced nor cut.
    limit: triples in all. Iterate to do it. Raises InputError for a manifest or a number that cannot be; a
    damaged picture is told in its Cut.
    """
    for name, value in (("--workers", workers), ("--limit", 1 if limit is None else limit)):
        if value < 1:
            raise InputError(f"{name} is {value}; it is a whole number from 1.")
    if how.teacher:
        distil.teacher(how.teacher)
    entries = manifest.read(source, skip=out)
    _demand_names(entries)
    notes.demand_same(out, how.told())
    tasks = list(_tasks(entries, out, how, limit))
    try:
        yield from _alone(tasks) if workers == 1 else in_turn(cut, tasks, workers, _ended)
    finally:
        notes.conclude(out)


def _tasks(entries: Sequence[Entry], out: Path, how: Preparing, limit: int | None) -> Iterator[Task]:
    """All pictures, or as many as it takes, by the sizes that their files tell, for `limit` triples."""
    left = limit
    for entry in entries:
        if left is None:
            yield entry, None, out, how
        elif left > 0:
            yield entry, left, out, how
            left -= min(left, count_of(entry, how))


def _alone(tasks: Sequence[Task]) -> Iterator[Cut]:
    return (cut(*task) for task in tasks)


def _ended(entry: Entry, *_: object) -> Cut:
    sentence = f"{entry.file}: the process at work on it was ended, perhaps for want of memory."
    return Cut(entry, (), sentence, failed=True)


def _demand_names(entries: Sequence[Entry]) -> None:
    seen: dict[str, Entry] = {}
    for entry in entries:
        other = seen.setdefault(name_of(entry).casefold(), entry)
        if other is not entry:
            raise InputError(f"{entry.place} and {other.place} would have the same name; rename one.")
