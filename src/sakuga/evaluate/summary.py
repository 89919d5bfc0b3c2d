"""One number for many: the mean, and how far another choice of clips could have moved it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
SHARE = 95
"""Per cent of the resamples whose means lie in the interval."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one measure."""

    mean: float
    """NaN where there is no value at all."""
    low: float | None
    """Of the interval; None below two clips, and where values are infinite."""
    high: float | None
    count: int
    """Values that went in."""
    clips: int
    """Clips that have a value."""


def summarise(values: Mapping[str, Sequence[float]], *, by_clip: bool) -> Summary:
    """Clip -> values, NaN for none. by_clip: each clip counts once; otherwise each value does.

    The interval is the percentile bootstrap over clips, from a fixed seed: values of one clip hang together.
    """
    kept = [[each for each in clip if not math.isnan(each)] for clip in values.values()]
    kept = [clip for clip in kept if clip]
    count = sum(map(len, kept))
    if not kept:
        return Summary(math.nan, None, None, 0, 0)
    weights = np.array([1 if by_clip else len(clip) for clip in kept], np.float64)
    sums = np.array([np.mean(clip) for clip in kept]) * weights
    mean = float(sums.sum() / weights.sum())
    if len(kept) < 2 or not math.isfinite(mean):
        return Summary(mean, None, None, count, len(kept))
    drawn = np.random.default_rng(0).integers(0, len(kept), (RESAMPLES, len(kept)))
    means = sums[drawn].sum(1) / weights[drawn].sum(1)
    low, high = np.percentile(means, ((100 - SHARE) / 2, (100 + SHARE) / 2)).tolist()
    return Summary(mean, low, high, count, len(kept))
