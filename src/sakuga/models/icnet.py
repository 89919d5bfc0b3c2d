"""ICNet, the network of IC9600: how complex people find a picture, from a close look and one from afar.

Source: Feng, Zhai, Yang, Liang, Fan, Zhang, Shao and Tao, "IC9600: A benchmark dataset for automatic image
complexity assessment", 2023; parameter names are those of the published ck.pth. Two ResNet18 trunks look at
512x512 pixels (as far as layer2) and at 256x256 (all of it); each of their maps is weighted per channel by
what is where in it, both are put together, and one head gives the score, the other a map.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 512
"""Pixels of both sides of the input; no others are taken."""
MAP = 64
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue, which the input has been brought to."""


class ICNet(nn.Module):
    """20,328,074 parameters, 246 tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.b1_1 = _stem()
        self.b1_1_slam = Slam(32)
        self.b1_2 = _layer(64, 128)
        self.b1_2_slam = Slam(32)
        self.b2_1 = _stem()
        self.b2_1_slam = Slam(32)
        self.b2_2 = _layer(64, 128)
        self.b2_2_slam = Slam(32)
        self.b2_3 = _layer(128, 256)
        self.b2_3_slam = Slam(16)
        self.b2_4 = _layer(256, 512)
        self.b2_4_slam = Slam(8)
        self.up1 = Enlarged(128)
        self.up2 = Enlarged(512)
        self.to_map_f = Mixed()
        self.to_map_f_slam = Slam(32)
        self.to_map = ToMap()
        self.to_score_f = Mixed()
        self.to_score_f_slam = Slam(32)
        self.head = nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(b, 3, 512, 512) normalised RGB to scores (b,) and maps (b, 1, 64, 64), both 0..1."""
        if x.shape[2:] != (SIDE, SIDE):
            raise ValueError(f"ICNet takes {SIDE}x{SIDE} pixels, not {x.shape[3]}x{x.shape[2]}")
        near = self._trunk(x, "b1_1", "b1_2")
        far = self._trunk(_resized(x, SIDE // 2), "b2_1", "b2_2", "b2_3", "b2_4")
        both = torch.cat((self.up1(near), self.up2(far)), 1)
        drawn = self.to_map(self.to_map_f_slam(self.to_map_f(both)))
        pooled = self.to_score_f_slam(self.to_score_f(both)).mean((2, 3))
        return self.head(pooled).flatten(), drawn

    def _trunk(self, x: Tensor, *names: str) -> Tensor:
        for name in names:
            x = self.get_submodule(f"{name}_slam")(self.get_submodule(name)(x))
        return x


class Slam(nn.Module):
    """Spatial layout attention: a gain for each channel from what is where in it."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side
        self.linear = nn.Sequential(nn.Linear(side**2, 512), nn.ReLU(), nn.Linear(512, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        small = x if x.shape[2] == self.side else _resized(x, self.side)
        return x * self.linear(small.flatten(2))[..., None]


class Block(nn.Module):
    """The basic block of ResNet."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        stride = outputs // inputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential()
        if inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(inner + self.downsample(x))


class Enlarged(nn.Module):
    """Features at the size of the map, 256 of them."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, 256, 1)
        self.bn = nn.BatchNorm2d(256)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(_resized(x, MAP))))


class Mixed(nn.Module):
    """What one head sees of both looks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(512, 512, 3, padding=1)
        self.bn = nn.BatchNorm2d(512)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class ToMap(nn.Module):
    """The head of the map; its nesting is that of the published names."""

    def __init__(self) -> None:
        super().__init__()
        self.to_map = nn.Sequential(nn.Conv2d(512, 1, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        return self.to_map(x)


def _stem() -> nn.Sequential:
    """ResNet18 up to its first layer."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, padding=1),
        _layer(64, 64),
    )


def _layer(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(Block(inputs, outputs), Block(outputs, outputs))


def _resized(x: Tensor, side: int) -> Tensor:
    return F.interpolate(x, (side, side), mode="bilinear", align_corners=True)
