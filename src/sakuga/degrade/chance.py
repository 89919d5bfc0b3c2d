"""Distributions that a preset is made of: what a parameter can be, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Generic, Protocol, TypeVar

import numpy as np

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Distribution(Protocol[T_co]):
    """Anything that can be drawn from."""

    def draw(self, chance: np.random.Generator) -> T_co:
        """One value, of a plain type."""
        ...


@dataclass(frozen=True, slots=True)
class Uniform:
    """A number from `low` to `high`."""

    low: float
    high: float

    def draw(self, chance: np.random.Generator) -> float:
        return self.low + (self.high - self.low) * chance.random()


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, both among them, in steps."""

    low: int
    high: int
    step: int = 1

    def draw(self, chance: np.random.Generator) -> int:
        return self.low + self.step * int(chance.integers((self.high - self.low) // self.step + 1))


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One of some values, each with a weight; all alike without weights."""

    values: Sequence[T]
    weights: Sequence[float] | None = None

    def draw(self, chance: np.random.Generator) -> T:
        if self.weights is None:
            return self.values[int(chance.integers(len(self.values)))]
        at = chance.random() * sum(self.weights)
        return next(
            (value for value, end in zip(self.values, accumulate(self.weights), strict=True) if at < end),
            self.values[-1],
        )


@dataclass(frozen=True, slots=True)
class Either:
    """A number from one range or, as often, from the other."""

    one: Uniform
    other: Uniform

    def draw(self, chance: np.random.Generator) -> float:
        return (self.one if chance.random() < 0.5 else self.other).draw(chance)


@dataclass(frozen=True, slots=True)
class Root:
    """The square root of a number, such as a deviation of its variance."""

    square: Uniform

    def draw(self, chance: np.random.Generator) -> float:
        return sqrt(self.square.draw(chance))


def happens(probability: float, chance: np.random.Generator) -> bool:
    """Whether something of this probability does."""
    return chance.random() < probability


def seed(chance: np.random.Generator) -> int:
    """For an operator that is random in itself."""
    return int(chance.integers(2**31))
