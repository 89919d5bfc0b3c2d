"""Which pictures of a video are looked at, and how many of them are kept: one table of ways.

Source: `paper` is APISR's section 3.1, `released` its published collect.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sakuga.curate.settings import PARTITIONS, SelectionName

STEP = 5
LONG = 30
"""Whole minutes above which `released` keeps more."""


@dataclass(frozen=True, slots=True)
class Group:
    """I pictures that compete with each other."""

    members: Sequence[int]
    """Their places in the order of time."""
    keep: int
    """The best so many are kept."""
    number: int | None = None
    """Of the partition; it goes into the names of files."""


def paper(pictures: int, minutes: int, count: int | None) -> list[Group]:
    """The ten best of all."""
    del minutes
    return [Group(range(pictures), 10 if count is None else count)]


def released(pictures: int, minutes: int, count: int | None) -> list[Group]:
    """Every fifth picture of each of eight equal stretches, and the best two or three of these.

    Pictures after the eighth stretch, up to seven, are left out as they were then. A video with fewer than
    eight I pictures has empty stretches, and gives nothing.
    """
    wanted = (16 if minutes <= LONG else 24) if count is None else count
    unit = pictures // PARTITIONS
    return [
        Group(range(unit * part, unit * (part + 1), STEP), wanted // PARTITIONS, part)
        for part in range(PARTITIONS)
    ]


Selection = Callable[[int, int, int | None], list[Group]]
"""(I pictures, whole minutes, pictures wanted) to groups."""

SELECTIONS: Mapping[SelectionName, Selection] = {"paper": paper, "released": released}


def looked_at(selection: SelectionName) -> str:
    """A word that is equal for selections that look at the same pictures."""
    return "all" if selection == "paper" else selection
