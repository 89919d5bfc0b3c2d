"""Which samples make up which step: a function of seed and step alone, so that a run can go on anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Order:
    """Batches for ever: every epoch a new permutation of all samples, none left out at its end.

    Iterating gives, for each step from `first` on, this process's share of the step's samples, as numbers
    epoch * count + index. All processes together see what one process alone would.
    """

    count: int
    """Samples of an epoch."""
    batch: int
    """Samples of a step, over all processes; a multiple of `processes`."""
    seed: int
    first: int = 0
    process: int = 0
    processes: int = 1
    together: int = 1
    """Samples in a row that stay together, as those from one degraded picture do; `count` is a multiple."""

    def step(self, step: int) -> list[int]:
        """All samples of one step."""
        return [self._sample(step * self.batch + place) for place in range(self.batch)]

    def __iter__(self) -> Iterator[list[int]]:
        step = self.first
        while True:
            yield self.step(step)[self.process :: self.processes]
            step += 1

    def _sample(self, place: int) -> int:
        epoch, position = divmod(place, self.count)
        group, member = divmod(position, self.together)
        groups = _permutation(self.seed, epoch, self.count // self.together)
        return epoch * self.count + int(groups[group]) * self.together + member


@lru_cache(maxsize=4)
def _permutation(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, epoch)).permutation(count)
