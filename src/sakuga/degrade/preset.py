"""The language of presets: which steps, in which order, with which parameters, as data.

A preset is a tree of parts. Drawing gives a sample: a row of steps in which nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np

from sakuga.degrade.chance import Choice, Distribution, happens, seed
from sakuga.degrade.operators import Value


@dataclass(frozen=True, slots=True)
class Step:
    """One operator with all that it is told."""

    operator: str
    """A name of OPERATORS, or `learned`."""
    parameters: Mapping[str, Value]


@dataclass(slots=True)
class Place:
    """Where a drawing stands: what has been decided of sizes so far."""

    chance: np.random.Generator
    height: int
    """Of the clip after the steps before."""
    width: int
    whole: tuple[int, int]
    """(height, width) of what is degraded."""
    scale: int
    frames: int = 1
    learned: int = 0
    """How many learned operators there are to choose from."""

    @property
    def small(self) -> tuple[int, int]:
        """(height, width) of what comes out."""
        return max(1, self.whole[0] // self.scale), max(1, self.whole[1] // self.scale)

    def resized(self, height: int, width: int, mode: str, factor: float | None = None) -> Step:
        """The step to that size, which holds from then on; factor: as `resize` takes it."""
        self.height, self.width = height, width
        told: dict[str, Value] = {"height": height, "width": width, "mode": mode}
        return Step("resize", told if factor is None else {**told, "factor": factor})


class Part(Protocol):
    """A piece of a preset."""

    def draw(self, place: Place) -> Iterator[Step]:
        """Its steps for one sample."""
        ...


@dataclass(frozen=True, slots=True)
class Op:
    """One operator, each of its parameters fixed or drawn."""

    operator: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Name -> plain value or Distribution."""
    seeded: bool = False
    """Whether it is given a seed."""

    def draw(self, place: Place) -> Iterator[Step]:
        values = {name: _drawn(value, place.chance) for name, value in self.parameters.items()}
        if self.seeded:
            values["seed"] = seed(place.chance)
        yield Step(self.operator, values)


@dataclass(frozen=True, slots=True)
class Row:
    """Parts one after the other."""

    parts: Sequence[Part]

    def draw(self, place: Place) -> Iterator[Step]:
        for part in self.parts:
            yield from part.draw(place)


@dataclass(frozen=True, slots=True)
class Maybe:
    """A part that happens with some probability."""

    probability: float
    part: Part

    def draw(self, place: Place) -> Iterator[Step]:
        if happens(self.probability, place.chance):
            yield from self.part.draw(place)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some parts, each with a weight."""

    parts: Sequence[tuple[float, Part]]

    def draw(self, place: Place) -> Iterator[Step]:
        weights = [weight for weight, _ in self.parts]
        _, part = Choice(self.parts, weights).draw(place.chance)
        yield from part.draw(place)


@dataclass(frozen=True, slots=True)
class Shuffled:
    """Parts in any order."""

    parts: Sequence[Part]

    def draw(self, place: Place) -> Iterator[Step]:
        order: list[int] = place.chance.permutation(len(self.parts)).tolist()
        for index in order:
            yield from self.parts[index].draw(place)


@dataclass(frozen=True, slots=True)
class Among:
    """One part before, between or after others, each place as likely: APISR's shuffled resize."""

    part: Part
    others: Sequence[Part]
    places: int
    """The part stands before one of the first `places` others; the last place may be the end."""

    def draw(self, place: Place) -> Iterator[Step]:
        position = int(place.chance.integers(self.places))
        for index in range(max(len(self.others), self.places)):
            if index == position:
                yield from self.part.draw(place)
            if index < len(self.others):
                yield from self.others[index].draw(place)


@dataclass(frozen=True, slots=True)
class AtScale:
    """A part that belongs to one scale only."""

    scale: int
    part: Part

    def draw(self, place: Place) -> Iterator[Step]:
        if place.scale == self.scale:
            yield from self.part.draw(place)


@dataclass(frozen=True, slots=True)
class ByScale:
    """Another part for each scale; those between have the part of the next one below."""

    parts: Mapping[int, Part]

    def draw(self, place: Place) -> Iterator[Step]:
        known = max((scale for scale in self.parts if scale <= place.scale), default=min(self.parts))
        yield from self.parts[known].draw(place)


@dataclass(frozen=True, slots=True)
class Preset:
    """One published way to degrade; the docstring of its file says where it is from."""

    name: str
    part: Part
    note: str
    """One sentence."""
    source: str
    together: bool = False
    """Whether it is made for clips."""


def _drawn(value: Value | Distribution[Value], chance: np.random.Generator) -> Value:
    return cast("Distribution[Value]", value).draw(chance) if hasattr(value, "draw") else cast("Value", value)
