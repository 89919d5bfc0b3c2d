"""AnimeSR's recurrent network: three frames and the last step's state in, one x4 frame and a state out.

Source: AnimeSR (NeurIPS 2022), section 3; parameter names are those of the published files.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MULTIPLE = 4
"""The sides of frames are multiples of this."""


def _enlarge(x: Tensor, factor: int) -> Tensor:
    return F.interpolate(x, scale_factor=float(factor), mode="bilinear", align_corners=False)


def _small_conv(channels: int) -> nn.Conv2d:
    conv = nn.Conv2d(channels, channels, 3, padding=1)
    nn.init.kaiming_normal_(conv.weight)
    conv.weight.data.mul_(0.1)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    return conv


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), without normalisation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = _small_conv(channels)
        self.conv2 = _small_conv(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


class Cell(nn.Module):
    """One step of the recurrence, at the size of the low-resolution frame (sides multiples of 4)."""

    def __init__(self, channels: int, blocks: tuple[int, int, int], scale: int) -> None:
        super().__init__()
        if sorted(blocks, reverse=True) != list(blocks):
            raise ValueError(f"blocks {blocks} should not rise from one scale to the next smaller one")
        self.scale = scale
        self.channels = channels
        self.image_channels = 3 * scale * scale
        self.state_channels = self.image_channels + channels

        def first(inputs: int, stride: int) -> nn.Sequential:
            return nn.Sequential(nn.Conv2d(inputs, channels, 3, stride, padding=1), nn.LeakyReLU(0.1))

        def body(count: int) -> nn.ModuleList:
            return nn.ModuleList(ResidualBlock(channels) for _ in range(count))

        self.conv_s1_first = first(3 * 3 + self.state_channels, 1)
        self.conv_s2_first = first(channels, 2)
        self.conv_s4_first = first(channels, 2)
        self.body_s1_first, self.body_s2_first, self.body_s4_first = map(body, blocks)
        self.fusion = nn.Sequential(
            nn.Conv2d(3 * channels, 2 * self.state_channels, 3, padding=1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(2 * self.state_channels, self.state_channels, 3, padding=1),
        )

    def forward(self, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Advance by one frame.

        window: (b, 9, h, w), previous, current and next frame, RGB, [0, 1].
        state: (b, 3*s*s + c, h, w), what the step before returned, or zeros at the start of a shot: its
            image, unclamped and pixel-unshuffled by the scale s, then the c hidden channels.
        Returns the image (b, 3, s*h, s*w), unclamped, and the new state.
        """
        features = self._features(torch.cat((window, state), 1))
        residual, hidden = self.fusion(features).split((self.image_channels, self.channels), 1)
        # Adding the enlarged frame before the shuffle gives the same pixels, and the next step's input.
        image = residual + F.pixel_unshuffle(_enlarge(window[:, 3:6], self.scale), self.scale)
        return F.pixel_shuffle(image, self.scale), torch.cat((image, F.leaky_relu(hidden, 0.1)), 1)

    def _features(self, x: Tensor) -> Tensor:
        """Three scales, the shorter stacks aligned to the end; each reads what the others had before."""
        s1 = self.conv_s1_first(x)
        s2 = self.conv_s2_first(s1)
        s4 = self.conv_s4_first(s2)
        ones, twos, fours = self.body_s1_first, self.body_s2_first, self.body_s4_first
        for i, block in enumerate(ones):
            j, k = i - (len(ones) - len(twos)), i - (len(ones) - len(fours))
            x1 = s1 + _enlarge(s2, 2) if j > 0 else s1
            x1 = x1 + _enlarge(s4, 4) if k > 0 else x1
            x2 = s2 + _enlarge(s4, 2) if k > 0 else s2
            s1 = block(x1)
            s2 = twos[j](x2) if j >= 0 else s2
            s4 = fours[k](s4) if k >= 0 else s4
        return torch.cat((s1, _enlarge(s2, 2), _enlarge(s4, 4)), 1)


class AnimeSR(nn.Module):
    """The network over a whole clip; `recurrent_cell` is the step that a player or an engine calls.

    channels: features per scale. blocks: residual blocks at 1, 1/2 and 1/4 size, non-increasing.
    """

    def __init__(self, channels: int = 64, blocks: tuple[int, int, int] = (5, 3, 2), scale: int = 4) -> None:
        super().__init__()
        self.recurrent_cell = Cell(channels, blocks, scale)

    def forward(self, clip: Tensor) -> Tensor:
        """(b, n, 3, h, w) RGB in [0, 1], one shot, to (b, n, 3, s*h, s*w) unclamped; sides multiples of 4."""
        count = clip.shape[1]
        state = clip.new_zeros(clip.shape[0], self.recurrent_cell.state_channels, *clip.shape[-2:])
        images: list[Tensor] = []
        for i in range(count):
            window = torch.cat((clip[:, max(i - 1, 0)], clip[:, i], clip[:, min(i + 1, count - 1)]), 1)
            image, state = self.recurrent_cell(window, state)
            images.append(image)
        return torch.stack(images, 1)
