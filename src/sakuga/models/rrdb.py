"""RRDBNet, the network of ESRGAN and Real-ESRGAN: densely connected blocks, then two enlargements.

Source: ESRGAN (2018) and Real-ESRGAN (2021); parameter names are those of the published files. At scale 2 and
1 the picture is first folded into more channels, so that its sides must be multiples of 2 or 4.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.models.upsample import UpConv

RESIDUAL = 0.2


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it gave."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        for i in range(5):
            outputs = growth if i < 4 else channels
            self.add_module(f"conv{i + 1}", _gentle(nn.Conv2d(channels + i * growth, outputs, 3, padding=1)))

    def forward(self, x: Tensor) -> Tensor:
        *inner, last = self.children()
        seen = x
        for conv in inner:
            seen = torch.cat((seen, F.leaky_relu(conv(seen), 0.2)), 1)
        return x + RESIDUAL * last(seen)


class RRDB(nn.Module):
    """Three dense blocks with a residual around them."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(channels, growth)
        self.rdb2 = DenseBlock(channels, growth)
        self.rdb3 = DenseBlock(channels, growth)

    def forward(self, x: Tensor) -> Tensor:
        return x + RESIDUAL * self.rdb3(self.rdb2(self.rdb1(x)))


class RRDBNet(nn.Module):
    """blocks: RRDBs. growth: channels that each convolution of a dense block adds. scale: 1, 2 or 4."""

    def __init__(self, blocks: int = 6, channels: int = 64, growth: int = 32, scale: int = 4) -> None:
        super().__init__()
        self.fold = 4 // scale
        self.conv_first = nn.Conv2d(3 * self.fold**2, channels, 3, padding=1)
        self.body = nn.Sequential(*(RRDB(channels, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv_up1 = UpConv(channels)
        self.conv_up2 = UpConv(channels)
        self.conv_hr = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv_last = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) RGB in [0, 1] to (b, 3, s*h, s*w) unclamped."""
        first = self.conv_first(F.pixel_unshuffle(x, self.fold) if self.fold > 1 else x)
        x = first + self.conv_body(self.body(first))
        for conv in (self.conv_up1, self.conv_up2, self.conv_hr):
            x = F.leaky_relu(conv(x), 0.2)
        return self.conv_last(x)


def _gentle(conv: nn.Conv2d) -> nn.Conv2d:
    """A tenth of the usual start, so that deep stacks begin near the identity."""
    nn.init.kaiming_normal_(conv.weight)
    conv.weight.data.mul_(0.1)
    for name, parameter in conv.named_parameters():
        if name == "bias":
            nn.init.zeros_(parameter)
    return conv
