"""Differences of features: what one pretrained network, or two, see in result and target.

What: the weighted sum, over some layers, of the mean |d| of their features, before any ReLU.
Source: APISR (CVPR 2024), section 3.4, balances VGG-19 (photographs) with a ResNet-50 (drawings); AnimeSR
(NeurIPS 2022) uses the VGG alone. The released APISR detaches what its ResNet sees of the result, so that
this half of the sum teaches nothing; here both have a gradient, and `detached` gives the other behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


class Perceptual(nn.Module):
    """One network's view; `network` takes normalised pictures and gives a dict of features by layer."""

    mean: Tensor
    deviation: Tensor

    def __init__(
        self,
        network: nn.Module,
        taps: Mapping[str, float],
        normal: tuple[Sequence[float], Sequence[float]],
        *,
        detached: bool = False,
    ) -> None:
        """taps: layer -> weight. normal: mean and deviation per channel. detached: without a gradient."""
        super().__init__()
        self.network = network.eval().requires_grad_(requires_grad=False)
        self.taps = dict(taps)
        self.detached = detached
        for name, values in zip(("mean", "deviation"), normal, strict=True):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1), persistent=False)

    def forward(self, result: Tensor, target: Tensor) -> Tensor:
        """Both (b, 3, h, w) or (b, n, 3, h, w), RGB in [0, 1], to one number; the target has no gradient."""
        if self.detached:
            result = result.detach()
        with torch.no_grad():
            wanted = self._look(target)
        seen = self._look(result)
        return torch.stack(
            [weight * (seen[name] - wanted[name]).abs().mean() for name, weight in self.taps.items()]
        ).sum()

    def train(self, mode: bool = True) -> Perceptual:
        """The networks never learn: their batch norms stay as they are."""
        del mode
        return super().train(mode=False)

    def _look(self, pictures: Tensor) -> Mapping[str, Tensor]:
        flat = pictures.flatten(0, 1) if pictures.ndim == 5 else pictures
        return self.network((flat - self.mean) / self.deviation)
