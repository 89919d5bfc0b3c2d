"""Looks at a picture as a whole: one vector of length 1, whichever network looks.

Source: Scenimefy's trainer asks CLIP's ViT-B/32, whose weights cannot be had by package name; the mean of the
last layer of any network in `models.features` stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.errors import InputError
from sakuga.losses.perceptual import Perceptual
from sakuga.models import features
from sakuga.models.features import FEATURES

Encoder = Callable[[Tensor], Tensor]
"""(b, 3, h, w) RGB in [0, 1] to (b, d), not yet of length 1; the gradient goes through it."""
SIDE = 64
"""Pictures are enlarged to this, at least: networks halve them five times."""


class Looker(nn.Module):
    """Of a perceptual loss's network its last layer, averaged over the picture."""

    def __init__(self, view: Perceptual) -> None:
        super().__init__()
        self.view = view

    def forward(self, x: Tensor) -> Tensor:
        """See Encoder."""
        if min(x.shape[-2:]) < SIDE:
            x = F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        seen = self.view.network((x - self.view.mean) / self.view.deviation)
        return seen[list(self.view.taps)[-1]].mean((2, 3))


def encoder_of(name: str) -> Looker:
    """Raises InputError for a name that there is not, WeightsError where its weights cannot be had."""
    if name not in FEATURES:
        raise InputError(f"adaptation.encoder: there is no {name}; there are {', '.join(FEATURES)}.")
    spec = FEATURES[name]
    return Looker(Perceptual(features.load(spec), spec.taps, spec.normal))
