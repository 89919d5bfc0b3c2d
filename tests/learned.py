"""Small things to learn, for tests of training."""

from __future__ import annotations

import numpy as np

from sakuga.train.recipe import Data, Losses, Network, Recipe, Run, Schedule


class Squares:
    """Samples out of their number alone; `poisoned` ones hold what is no number, once."""

    def __init__(self, count=8, side=8, scale=4):
        self.count, self.side, self.scale = count, side, scale
        self.poisoned = set()

    def __len__(self):
        return self.count

    def __getitem__(self, number):
        chance = np.random.default_rng(number)
        small = chance.random((3, self.side, self.side), np.float32)
        large = small.repeat(self.scale, 1).repeat(self.scale, 2)
        if number in self.poisoned:
            self.poisoned.discard(number)
            small = small * np.float32("nan")
        return {"lq": small, "gt": large * np.float32(0.8), "pseudo_gt": large * np.float32(0.9)}


def recipe(network="compact", options=None, losses=None, data=None, schedule=None, run=None):
    """A recipe whose every part can be changed."""
    small = {"convs": 1, "channels": 8} if network == "compact" else {}
    return Recipe(
        name="small",
        model=Network(network=network, options=small if options is None else options),
        data=Data(manifest="none", batch=2, workers=0, **(data or {})),
        losses=Losses(**(losses or {})),
        schedule=Schedule(**({"steps": 40, "rate": 1e-3} | (schedule or {}))),
        run=Run(**({"log_every": 5, "save_every": 10, "validate_every": 100} | (run or {}))),
    )
