"""The scores by which pictures are chosen: one table."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sakuga.curate.settings import CurateSettings, ScoreName
from sakuga.media.frames import Pixels
from sakuga.metrics.luma import Luma

Scorer = Callable[[Pixels, Luma, str], float]
"""A picture (H, W, 3), the same small, and words that name it wherever it is, to its score; NaN for none."""


@dataclass(frozen=True, slots=True)
class Score:
    """One way to score pictures."""

    open: Callable[[CurateSettings], Scorer]
    """Makes it ready; raises SakugaError where something that it needs is missing."""
    best: int = 1
    """1 where more is better, -1 where less is."""
    key: Callable[[CurateSettings], Mapping[str, Any]] = lambda _: {}
    """All settings that it depends on, as plain values."""


def _complexity(_: CurateSettings) -> Scorer:
    from sakuga.metrics.complexity import complexity

    return lambda _pixels, small, _name: complexity(small)


def _niqe(_: CurateSettings) -> Scorer:
    from sakuga.metrics.niqe import niqe

    return lambda pixels, _small, _name: niqe(pixels)


def _ic9600(settings: CurateSettings) -> Scorer:
    from sakuga.curate.ic9600 import IC9600

    assert settings.weights is not None, "the settings were checked"
    network = IC9600(settings.weights, settings.device)
    return lambda pixels, _small, _name: network(pixels)


def _random(settings: CurateSettings) -> Scorer:
    """0 to 1; the same for the same picture on every machine, whatever else is looked at."""

    def score(_pixels: Pixels, _small: Luma, name: str) -> float:
        told = hashlib.sha256(f"{settings.seed} {name}".encode()).digest()
        return int.from_bytes(told[:6]) / 2**48

    return score


def _weights_key(settings: CurateSettings) -> Mapping[str, Any]:
    from sakuga.models.cache import sha256

    return {"weights": sha256(settings.weights)} if settings.weights else {}


SCORES: Mapping[ScoreName, Score] = {
    "complexity": Score(_complexity),
    "ic9600": Score(_ic9600, key=_weights_key),
    "niqe": Score(_niqe, best=-1),
    "random": Score(_random, key=lambda settings: {"seed": settings.seed}),
}


def told(value: float) -> float | None:
    """A score as it is kept: rounded, so that the last bit decides nothing; None for NaN."""
    return round(value, 6) if math.isfinite(value) else None
