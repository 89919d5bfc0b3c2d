"""What StyleGAN2's generator and critic are made of: layers of equal learning rate, and blurs.

Source: Karras et al., "Analyzing and improving the image quality of StyleGAN", CVPR 2020; parameter names are
those of the PyTorch files that people share.
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.2


def activated(x: Tensor) -> Tensor:
    """Leaky ReLU that keeps the variance of what comes in."""
    return sqrt(2) * F.leaky_relu(x, SLOPE)


class EqualLinear(nn.Module):
    """A linear layer whose weights are scaled when used. rate: of learning, against that of other layers."""

    def __init__(
        self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0, *, active: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias))
        self.scale, self.rate, self.active = rate / sqrt(inputs), rate, active

    def forward(self, x: Tensor) -> Tensor:
        """(b, inputs) to (b, outputs)."""
        y = F.linear(x, self.weight * self.scale, self.bias * self.rate)
        return activated(y) if self.active else y


class EqualConv(nn.Module):
    """A convolution without bias whose weights are scaled when used."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int = 1, padding: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, side, side))
        self.scale, self.stride, self.padding = 1 / sqrt(inputs * side**2), stride, padding

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.scale, stride=self.stride, padding=self.padding)


class Activation(nn.Module):
    """A bias for each channel, then `activated`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return activated(x + self.bias[:, None, None])


class Blur(nn.Module):
    """[1, 3, 3, 1] in both directions. pad: zeros before and after each axis. up: enlargement before it."""

    kernel: Tensor

    def __init__(self, pad: tuple[int, int], gain: float = 1.0, up: int = 1) -> None:
        super().__init__()
        line = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
        self.register_buffer("kernel", gain * torch.outer(line, line))
        self.pad, self.up = pad, up

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, h, w) to (b, c, up*h + pads - 3, up*w + pads - 3)."""
        b, c, h, w = x.shape
        if self.up > 1:
            wide = x.new_zeros(b, c, h * self.up, w * self.up)
            wide[..., :: self.up, :: self.up] = x
            x = wide
        kernels = self.kernel.flip(0, 1).expand(c, 1, -1, -1)
        return F.conv2d(F.pad(x, self.pad * 2), kernels, groups=c)


def widths(size: int, multiplier: float = 2) -> dict[int, int]:
    """Side of a map -> its channels."""
    sides = [2**i for i in range(2, size.bit_length())]
    return {side: min(512, int(16384 * multiplier / side)) for side in sides}
