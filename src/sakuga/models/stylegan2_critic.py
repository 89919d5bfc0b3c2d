"""StyleGAN2's critic: residual blocks that halve a picture until one score is left.

Source: Karras et al., CVPR 2020. Parameter names are those of the PyTorch files that people share.
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor, nn

from sakuga.models.stylegan2_parts import Activation, Blur, EqualConv, EqualLinear, widths

TINY = 1e-8
GROUP = 4
"""Pictures of a batch that are compared with each other."""


class Block(nn.Module):
    """Half the size, beside a shortcut of half the size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(EqualConv(inputs, inputs, 3, padding=1), Activation(inputs))
        self.conv2 = nn.Sequential(Blur((2, 2)), EqualConv(inputs, outputs, 3, stride=2), Activation(outputs))
        self.skip = nn.Sequential(Blur((1, 1)), EqualConv(inputs, outputs, 1, stride=2))

    def forward(self, x: Tensor) -> Tensor:
        return (self.conv2(self.conv1(x)) + self.skip(x)) / sqrt(2)


class StyleGAN2Critic(nn.Module):
    """size: of the pictures, a power of 2. 28,864,129 parameters at 256."""

    def __init__(self, size: int = 256, multiplier: float = 2) -> None:
        super().__init__()
        wide = widths(size, multiplier)
        sides = list(wide)[::-1]
        first = nn.Sequential(EqualConv(3, wide[size], 1), Activation(wide[size]))
        blocks = (Block(wide[side], wide[side // 2]) for side in sides[:-1])
        self.convs = nn.Sequential(first, *blocks)
        self.final_conv = nn.Sequential(EqualConv(wide[4] + 1, wide[4], 3, padding=1), Activation(wide[4]))
        self.final_linear = nn.Sequential(
            EqualLinear(16 * wide[4], wide[4], active=True), EqualLinear(wide[4], 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (b, 3, size, size), RGB in [-1, 1], to scores (b, 1), without a sigmoid.

        b is at most 4 or a multiple of 4: what pictures of a group have in common tells on them.
        """
        x = self.convs(x)
        x = self.final_conv(torch.cat((x, _variety(x)), 1))
        return self.final_linear(x.flatten(1))


def _variety(x: Tensor) -> Tensor:
    """(b, 1, h, w): how much the pictures of one's group differ, the same everywhere."""
    b, c, h, w = x.shape
    groups = x.view(min(b, GROUP), -1, c, h, w)
    deviation = (groups.var(0, correction=0) + TINY).sqrt()
    return deviation.mean((1, 2, 3)).view(-1, 1, 1, 1).repeat(len(groups), 1, h, w)
