"""A translator that is looked into while it works: what comes out, and what its inner layers have seen."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from sakuga.models.translator import LAYERS, Translator

FIRST_BLOCK = 12
"""Its place among the layers."""


class Lookout(nn.Module):
    """translator: what learns; all that is learned is in there."""

    def __init__(self, translator: Translator, layers: Sequence[int]) -> None:
        super().__init__()
        self.translator, self.layers = translator, tuple(layers)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(b, 3, h, w) RGB in [-1, 1] to the same, and to the features of each layer, from one pass."""
        picture, seen = x, list[Tensor]()
        for place, layer in enumerate(self.translator.model):
            x = layer(x)
            seen += [x] * (place in self.layers)
        return self.translator.whole(picture, x), seen


def layers_of(blocks: int) -> tuple[int, ...]:
    """The published layers; of a network with fewer than five blocks its last one instead of the fifth."""
    return tuple(sorted({min(layer, FIRST_BLOCK + blocks - 1) for layer in LAYERS}))


def channels_of(channels: int, layers: Sequence[int]) -> tuple[int, ...]:
    """Of the features: of the padded picture, of two convolutions, then of blocks."""
    return (3, 2 * channels, *(4 * channels,) * (len(layers) - 2))
