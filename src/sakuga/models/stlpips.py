"""The network of ST-LPIPS: a VGG-16 with blurred pooling, and weights for the differences of its features.

Source: Ghildyal and Liu, "Shift-tolerant Perceptual Similarity Metric", ECCV 2022; names of parameters are
those of the published vgg_shift_tolerant.pth. Pooling takes the largest of 2x2 at every place, and every
second place of that under a small blur, so that a shift by a pixel changes little.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.models import checkpoint, weights
from sakuga.models.spec import WheelSource

STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of each stage."""
SMALLEST = 18
"""Pixels of a side below which the last pooling has nothing to look at."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where weights are."""

    name: str
    source: WheelSource


PUBLISHED = Published(
    "st-lpips",
    WheelSource(
        "stlpips-pytorch==0.0.2",
        {
            "stlpips_pytorch/weights/vST0.0/vgg_shift_tolerant.pth": (
                "44597da68f49c1837c100ff52299050f274d102eb102e5837178c79be6f0e250"
            )
        },
    ),
)


class STLPIPS(nn.Module):
    """39 tensors, 14,716,096 parameters beside the fixed filters."""

    def __init__(self) -> None:
        super().__init__()
        self.scaling_layer = Scaling()
        self.net = nn.Module()
        channels, number = 3, 0
        for stage, (width, convolutions) in enumerate(STAGES):
            layers = OrderedDict[str, nn.Module]()
            if stage:
                layers[str(number)] = nn.MaxPool2d(2, stride=1)
                layers[str(number + 1)] = Halving(channels)
                number += 2
            for _ in range(convolutions):
                layers[str(number)] = nn.Conv2d(channels, width, 3, padding=1)
                layers[str(number + 1)] = nn.ReLU()
                channels, number = width, number + 2
            self.net.add_module(f"slice{stage + 1}", nn.Sequential(layers))
            self.add_module(f"lin{stage}", Head(width))

    def forward(self, x: Tensor, reference: Tensor) -> Tensor:
        """Both (b, 3, h, w) in [-1, 1], RGB, sides of at least SMALLEST, to distances (b,), 0 for equals.

        One reference may serve all of x, and is then looked at once. Stage by stage, so that no more than one
        stage's features of both are held at a time.
        """
        both = self.scaling_layer(torch.cat((x, reference)))
        total = x.new_zeros(len(x))
        for stage in range(len(STAGES)):
            both = self.net.get_submodule(f"slice{stage + 1}")(both)
            seen = F.normalize(both, dim=1, eps=1e-10)
            a, b = seen[: len(x)], seen[len(x) :]
            total = total + self.get_submodule(f"lin{stage}")((a - b) ** 2).mean((1, 2, 3))
        return total


class Scaling(nn.Module):
    """The mean and deviation of ImageNet, for values in [-1, 1]."""

    shift: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("shift", torch.tensor((-0.030, -0.088, -0.188)).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor((0.458, 0.448, 0.450)).view(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.shift) / self.scale


class Halving(nn.Module):
    """Every second pixel under (1 2 1), two mirrored pixels around."""

    filt: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        row = torch.tensor((1.0, 2.0, 1.0)) / 4
        self.register_buffer("filt", (row[:, None] * row).expand(channels, 1, 3, 3).clone())

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(F.pad(x, (2, 2, 2, 2), "reflect"), self.filt, stride=2, groups=x.shape[1])


class Head(nn.Module):
    """One weight per channel; the layer before it is there for its number only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Identity(), nn.Conv2d(channels, 1, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


def load(progress: weights.Progress = weights.quiet) -> STLPIPS:
    """The network with its published weights, on the CPU, which are fetched (64 MB) if they are not here.

    Raises WeightsError where they cannot be had.
    """
    (path,) = weights.fetch(PUBLISHED, progress).values()
    network = STLPIPS()
    network.load_state_dict(checkpoint.read(path))
    # A third less time on a processor, for the same sums.
    moved: Any = network.to(memory_format=torch.channels_last)
    return moved.eval().requires_grad_(requires_grad=False)
