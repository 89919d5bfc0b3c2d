"""Which factor of a series may be best: measures of pseudo-HR without a reference, and their ranks.

Source: AnimeSR (NeurIPS 2022), section 4.1, lets people choose by eye, and names what they look at: hollow
lines, noise, wrong textures, and details that are lost. The measures for these are our choice, and a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sakuga.engine.resample import resample
from sakuga.media.plain import Rgb
from sakuga.metrics.hollow import hollow
from sakuga.metrics.line_match import line_match
from sakuga.metrics.luma import luma
from sakuga.metrics.niqe import niqe
from sakuga.metrics.noise import noise
from sakuga.metrics.ringing import ringing

Values = Mapping[str, float]
"""Measure -> mean over frames; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One of them."""

    better: Literal["lower", "higher"]
    of: Callable[[Rgb, Rgb], float]
    """Of pseudo-HR and the real frame."""
    note: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """One factor."""

    factor: float
    values: Values
    ranks: Mapping[str, int]
    """Measure -> 1 for the best; without measures that have no value."""
    mean: float
    """Of the ranks."""


MEASURES: Mapping[str, Measure] = {
    "niqe-anime": Measure("lower", lambda made, _: niqe(made, "anime"), "unlike clean drawings"),
    "hollow": Measure("lower", lambda made, _: hollow(luma(made)), "lines with a bright core"),
    "noise": Measure("lower", lambda made, _: noise(luma(made)), "grain in flat places"),
    "ringing": Measure("lower", lambda made, _: ringing(luma(made)), "unrest beside lines"),
    "lines": Measure(
        "higher", lambda made, lq: line_match(_as_large(made, lq), lq), "lines of the frame kept"
    ),
}


def measured(pairs: Iterable[tuple[Rgb, Rgb]]) -> Values:
    """Means over (pseudo-HR, real frame)."""
    pairs = list(pairs)
    return {name: _mean([each.of(*pair) for pair in pairs]) for name, each in MEASURES.items()}


def ranked(values: Mapping[float, Values]) -> list[Ranked]:
    """Factors, the best first; of two alike the larger one, which keeps more."""
    ranks: dict[float, dict[str, int]] = {factor: {} for factor in values}
    for name, measure in MEASURES.items():
        sign = 1 if measure.better == "lower" else -1
        column = {factor: sign * told[name] for factor, told in values.items()}
        if not any(value != value for value in column.values()):
            for factor, value in column.items():
                ranks[factor][name] = 1 + sum(other < value for other in column.values())
    made = [Ranked(factor, values[factor], ranks[factor], _mean(ranks[factor].values())) for factor in values]
    return sorted(made, key=lambda each: (each.mean, -each.factor))


def _as_large(made: Rgb, lq: Rgb) -> Rgb:
    return resample(made, *lq.shape[:2]).astype(np.uint8)


def _mean(values: Iterable[float]) -> float:
    """Of those that are numbers."""
    numbers = [value for value in values if value == value]
    return sum(numbers) / len(numbers) if numbers else float("nan")
