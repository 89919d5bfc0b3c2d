"""SRVGGNetCompact, Real-ESRGAN's small network for video: convolutions that correct an enlarged picture.

Source: Real-ESRGAN (2021); parameter names are those of the published files.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.25
"""Of a new PReLU below zero."""
FIRST = 0.1
"""Share that the last layer has at first, so that learning begins near the enlarged picture."""


class Compact(nn.Module):
    """convs: convolutions between the first and the last."""

    def __init__(self, convs: int = 16, channels: int = 64, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale
        layers: list[nn.Module] = [nn.Conv2d(3, channels, 3, padding=1), nn.PReLU(channels)]
        for _ in range(convs):
            layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.PReLU(channels)]
        self.body = nn.Sequential(*layers, nn.Conv2d(channels, 3 * scale**2, 3, padding=1))
        self._start()

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) RGB in [0, 1] to (b, 3, s*h, s*w) unclamped."""
        enlarged = F.interpolate(x, scale_factor=float(self.scale), mode="nearest")
        return enlarged + F.pixel_shuffle(self.body(x), self.scale)

    @torch.no_grad()
    def _start(self) -> None:
        """Keep the size of signals from layer to layer; PyTorch's own start loses it, and learns nothing."""
        convs = [layer for layer in self.body if isinstance(layer, nn.Conv2d)]
        for conv in convs:
            nn.init.kaiming_normal_(conv.weight, a=SLOPE)
            for name, parameter in conv.named_parameters():
                if name == "bias":
                    nn.init.zeros_(parameter)
        convs[-1].weight.mul_(FIRST)
