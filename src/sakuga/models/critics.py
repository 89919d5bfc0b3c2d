"""The critics of adversarial training: patch critics at three sizes, and a U-Net that judges each pixel.

Sources: AnimeSR (NeurIPS 2022), section 3.3, and APISR (CVPR 2024), section 3.4, for the patches; Real-ESRGAN
(2021), section 3.3, for the U-Net. Parameter names are those of the published files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm


class PatchCritic(nn.Module):
    """Five 4x4 convolutions with spectral norm: a score for each patch of 70 pixels."""

    def __init__(self, channels: int = 64, layers: int = 3) -> None:
        super().__init__()
        widths = [channels * min(2**i, 8) for i in range(layers + 1)]
        parts: list[nn.Module] = [_judge(3, channels, 2), nn.LeakyReLU(0.2)]
        for i, (before, after) in enumerate(pairwise(widths)):
            stride = 1 if i == layers - 1 else 2
            # The place of the normalisation that the published critics leave empty keeps its number.
            parts += [_judge(before, after, stride), nn.Identity(), nn.LeakyReLU(0.2)]
        self.model = nn.Sequential(*parts, _judge(widths[-1], 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) RGB in [0, 1] to scores (b, 1, about h/8, about w/8), without a sigmoid."""
        return self.model(x)


class MultiScaleCritic(nn.Module):
    """Patch critics with weights of their own, each at half the size of the one before."""

    def __init__(self, scales: int = 3, channels: int = 64, layers: int = 3) -> None:
        super().__init__()
        self.dis_list = nn.ModuleList(PatchCritic(channels, layers) for _ in range(scales))

    def forward(self, x: Tensor) -> list[Tensor]:
        """(b, 3, h, w) RGB in [0, 1] to the scores of each scale, largest first."""
        scores: list[Tensor] = []
        for i, critic in enumerate(self.dis_list):
            if i:
                half = (x.shape[-2] // 2, x.shape[-1] // 2)
                x = F.interpolate(x, size=half, mode="bilinear", align_corners=True)
            scores.append(critic(x))
        return scores


class UNetCritic(nn.Module):
    """Down three times, up three times with skips, all inner convolutions with spectral norm."""

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        c = channels
        self.conv0 = nn.Conv2d(3, c, 3, padding=1)
        self.conv1, self.conv2, self.conv3 = (_inner(c * i, 2 * c * i, 4, 2) for i in (1, 2, 4))
        self.conv4, self.conv5, self.conv6 = (_inner(2 * c * i, c * i, 3, 1) for i in (4, 2, 1))
        self.conv7, self.conv8 = _inner(c, c, 3, 1), _inner(c, c, 3, 1)
        self.conv9 = nn.Conv2d(c, 1, 3, padding=1)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(b, 3, h, w) RGB in [0, 1], sides multiples of 8, to one map of scores (b, 1, h, w)."""
        down = [F.leaky_relu(self.conv0(x), 0.2)]
        for conv in (self.conv1, self.conv2, self.conv3):
            down.append(F.leaky_relu(conv(down[-1]), 0.2))
        up = down.pop()
        for conv in (self.conv4, self.conv5, self.conv6):
            larger = F.interpolate(up, scale_factor=2.0, mode="bilinear", align_corners=False)
            up = F.leaky_relu(conv(larger), 0.2) + down.pop()
        for conv in (self.conv7, self.conv8):
            up = F.leaky_relu(conv(up), 0.2)
        return [self.conv9(up)]


def _judge(inputs: int, outputs: int, stride: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, 4, stride, padding=1))


def _inner(inputs: int, outputs: int, side: int, stride: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, side, stride, padding=1, bias=False))


CRITICS: Mapping[str, Callable[[], nn.Module]] = {
    "patch": lambda: MultiScaleCritic(scales=1),
    "multi-scale": MultiScaleCritic,
    "unet": UNetCritic,
}
"""By the name in a recipe; each gives a list of maps of scores."""
LEAST: Mapping[str, int] = {"patch": 24, "multi-scale": 96, "unet": 8}
"""Side of the smallest picture that each can judge."""
