"""SRVGGNetCompact, Real-ESRGAN's small network for video: convolutions that correct an enlarged picture.

Source: Real-ESRGAN (2021); parameter names are those of the published files.
"""

from __future__ import annotations

from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.models.enlargement import Bilinear

SLOPE = 0.25
"""Of a new PReLU below zero."""
NOISE = 0.1
"""Share of a random start that convolutions begin with: the inner ones around the identity, the last around
nothing, so that learning begins near the enlarged picture."""


class Compact(nn.Module):
    """convs: convolutions between the first and the last. base: how the picture is enlarged that they
    correct, nearest in the published files. fold: pixels of a side that become channels, so that there are
    fewer places to reckon at."""

    def __init__(
        self,
        convs: int = 16,
        channels: int = 64,
        scale: int = 4,
        base: Literal["nearest", "bilinear"] = "nearest",
        fold: int = 1,
    ) -> None:
        super().__init__()
        self.scale, self.fold = scale, fold
        self.bilinear = Bilinear(scale, fold) if base == "bilinear" else None
        layers: list[nn.Module] = [nn.Conv2d(3 * fold**2, channels, 3, padding=1), nn.PReLU(channels)]
        for _ in range(convs):
            layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.PReLU(channels)]
        self.body = nn.Sequential(*layers, nn.Conv2d(channels, 3 * (fold * scale) ** 2, 3, padding=1))
        self._start()

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) RGB in [0, 1], sides multiples of `fold`, to (b, 3, s*h, s*w) unclamped."""
        corrections = self.body(F.pixel_unshuffle(x, self.fold) if self.fold > 1 else x)
        if self.bilinear is not None:
            return F.pixel_shuffle(self.bilinear(x) + corrections, self.fold * self.scale)
        nearest = F.interpolate(x, scale_factor=float(self.scale), mode="nearest")
        return nearest + F.pixel_shuffle(corrections, self.fold * self.scale)

    @torch.no_grad()
    def _start(self) -> None:
        """Let signals through from layer to layer; PyTorch's own start loses them, and learns nothing."""
        first, *inner, last = (layer for layer in self.body if isinstance(layer, nn.Conv2d))
        for conv in (first, *inner, last):
            nn.init.kaiming_normal_(conv.weight, a=SLOPE)
            nn.init.constant_(cast("Tensor", conv.bias), 0)
        for conv in (*inner, last):
            conv.weight.mul_(NOISE)
        for conv in inner:
            conv.weight.add_(nn.init.dirac_(torch.empty_like(conv.weight)))
