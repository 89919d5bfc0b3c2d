"""Half and double size without aliasing: a small blur that goes with every change of size.

Source: Zhang, "Making convolutional networks shift-invariant again", ICML 2019. The kernels are buffers
called `filt`, as published files hold them; they never change.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Down(nn.Module):
    """Half the size, rounded up: [1, 2, 1] in both directions, borders mirrored."""

    filt: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.register_buffer("filt", _square((1, 2, 1), 1).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, h, w), sides of at least 2, to (b, c, ceil(h/2), ceil(w/2))."""
        return F.conv2d(F.pad(x, (1, 1, 1, 1), "reflect"), self.filt, stride=2, groups=self.channels)


class Up(nn.Module):
    """Twice the size: [1, 3, 3, 1] in both directions, borders repeated, which is bilinear enlargement."""

    filt: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("filt", _square((1, 3, 3, 1), 4).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, h, w) to (b, c, 2h, 2w)."""
        return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def _square(weights: tuple[int, ...], gain: float) -> Tensor:
    """(n, n), in sum `gain`."""
    line = torch.tensor(weights, dtype=torch.float32)
    kernel = torch.outer(line, line)
    return gain * kernel / kernel.sum()
