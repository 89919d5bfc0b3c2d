"""VGG's convolutions, as deep as a perceptual loss looks; parameter names are torchvision's.

Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition",
ICLR 2015.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn

STAGES = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Depth -> convolutions before each pooling."""


class VGG(nn.Module):
    """depth: 16 or 19. taps: the convolutions that are looked at, such as `conv3_4`, before their ReLU."""

    def __init__(self, depth: int, taps: Iterable[str]) -> None:
        super().__init__()
        self.taps = frozenset(taps)
        self.names: list[str] = []
        layers: list[nn.Module] = []
        channels = 3
        for stage, count in enumerate(STAGES[depth], start=1):
            for conv in range(1, count + 1):
                width = min(512, 32 * 2**stage)
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                self.names += [f"conv{stage}_{conv}", ""]
                channels = width
            layers.append(nn.MaxPool2d(2))
            self.names.append("")
        self.features = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """(b, 3, h, w), normalised, sides of at least 16, to each tap's features by its name."""
        seen: dict[str, Tensor] = {}
        for name, layer in zip(self.names, self.features, strict=True):
            x = layer(x)
            if name in self.taps:
                seen[name] = x
                if len(seen) == len(self.taps):
                    break
        return seen
