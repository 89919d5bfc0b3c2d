"""The projection heads of contrastive learning: from features at a few places to vectors to compare.

Source: CUT (Park et al., ECCV 2020), section 3.2, as Scenimefy (ICCV 2023) uses it; parameter names are those
of published files. Each layer of the generator has a head of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

CHANNELS = (3, 128, 256, 256, 256)
"""Of the generator's layers that are looked at."""
TINY = 1e-7
"""Added to norms."""

Places = list[Tensor]
"""For each layer the places that are compared, (n,), counted along rows."""


class PatchHeads(nn.Module):
    """channels: of the layers. width: of the vectors. 560,384 parameters."""

    def __init__(self, channels: Sequence[int] = CHANNELS, width: int = 256) -> None:
        super().__init__()
        self.count = len(channels)
        for i, inputs in enumerate(channels):
            head = nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width))
            self.add_module(f"mlp_{i}", head)

    def forward(self, features: Sequence[Tensor], places: Places) -> list[Tensor]:
        """Features (b, c, h, w) of each layer to vectors (b, n, width) of length 1 at `places`."""
        vectors: list[Tensor] = []
        for head, layer, chosen in zip(self.children(), features, places, strict=True):
            vectors.append(unit(head(layer.flatten(2)[..., chosen].mT)))
        return vectors


def unit(x: Tensor) -> Tensor:
    """Each vector of the last dimension at length 1."""
    return x / (cast("Any", x).norm(dim=-1, keepdim=True) + TINY)


def choose(features: Sequence[Tensor], count: int, generator: torch.Generator) -> Places:
    """At most `count` different places of each layer, the same for all pictures of a batch."""
    return [
        torch.randperm(layer.shape[2] * layer.shape[3], generator=generator)[:count].to(layer.device)
        for layer in features
    ]
