"""A folder of drawings with a `manifest.csv`: what each one is, whose it is, and which split it stands in."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sakuga.errors import InputError

NAME = "manifest.csv"


@dataclass(frozen=True, slots=True)
class Work:
    """One drawing as the manifest has it; further columns are of no concern here."""

    file: str
    """From the folder."""
    kind: str
    """What it shows: character, scene, painting, comic, cel, vector, photo, clip."""
    work: str
    """What it is of; all drawings of a work stand in one split."""
    split: str
    """train, val or test."""
    author: str
    licence: str
    source: str


def read(root: Path) -> list[Work]:
    """All drawings of `root`, in the manifest's order; none is opened.

    Raises InputError where there is no manifest, or one that lacks a column or lists nothing.
    """
    path = root / NAME
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is no list of drawings: {error}.") from error
    if not rows:
        raise InputError(f"{path} lists nothing.")
    return [_work(row, path, number) for number, row in enumerate(rows, start=2)]


def licence_of(works: Iterable[Work]) -> str:
    """That of a picture made of them, as SPDX writes it: every licence of theirs holds."""
    return " AND ".join(sorted({work.licence for work in works}))


def _work(row: dict[str, str | None], path: Path, number: int) -> Work:
    told = {name: row.get(name) for name in Work.__dataclass_fields__}
    lacking = [name for name, value in told.items() if value is None]
    if lacking:
        raise InputError(f"{path}, line {number}: it has no {' and no '.join(lacking)}.")
    return Work(**{name: str(value) for name, value in told.items()})
