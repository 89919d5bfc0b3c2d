"""What a loader's workers give against what comes without them; a process of its own imports this."""

from __future__ import annotations

import numpy as np
from torch.utils.data import DataLoader

from sakuga.train.pairs import Making, Pairs


def same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in one)


def compared(folder, start):
    """What workers of a loader give against what comes without them."""
    pairs = Pairs.of(folder, Making(crop=64, seed=3, crops=2))
    assert len(pairs) == 6
    loader = DataLoader(
        pairs,
        batch_sampler=[[0, 1, 7], [2, 3, 4]],
        num_workers=2 if start == "fork" else 1,
        multiprocessing_context=start,
    )
    return [
        same({name: tensor[place].numpy() for name, tensor in batch.items()}, pairs[number])
        for batch, numbers in zip(loader, ([0, 1, 7], [2, 3, 4]), strict=True)
        for place, number in enumerate(numbers)
    ]
