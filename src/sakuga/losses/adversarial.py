"""The game between network and critic: least squares or cross entropy on each map of scores.

What: the mean over a critic's scales of the distance between its scores and 1 for real, 0 for made.
Source: Mao et al., "Least squares generative adversarial networks", ICCV 2017; Goodfellow et al., 2014. The
critic's loss is the sum over real and made without a factor of 1/2, as in APISR and AnimeSR.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

Judgement = Callable[[Tensor, Tensor], Tensor]

GAMES: Mapping[str, Judgement] = {"lsgan": F.mse_loss, "vanilla": F.binary_cross_entropy_with_logits}
"""By the name in a recipe."""


def fooling(scores: Sequence[Tensor], game: str) -> Tensor:
    """The network's loss: how far its pictures are from being taken for real ones."""
    return _towards(scores, 1.0, game)


def judging(real: Sequence[Tensor], made: Sequence[Tensor], game: str) -> Tensor:
    """The critic's loss: how badly it tells the two apart."""
    return _towards(real, 1.0, game) + _towards(made, 0.0, game)


def _towards(scores: Sequence[Tensor], aim: float, game: str) -> Tensor:
    judge = GAMES[game]
    return torch.stack([judge(each, torch.full_like(each, aim)) for each in scores]).mean()
