"""AnimeSR's recurrent network: three frames, the previous result and a hidden state in; one x4 frame out.

Source: AnimeSR (NeurIPS 2022), section 3; parameter names are those of the published files.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SCALES = (1, 2, 4)


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), without normalisation."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        for conv in (self.conv1, self.conv2):
            nn.init.kaiming_normal_(conv.weight)
            conv.weight.data.mul_(0.1)
            nn.init.zeros_(nn.init.zeros_(conv.bias) if conv.bias is None else conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


def _enlarge(x: Tensor, factor: int) -> Tensor:
    return F.interpolate(x, scale_factor=float(factor), mode="bilinear", align_corners=False)


class Cell(nn.Module):
    """One step of the recurrence, at the size of the low-resolution frame (multiples of 4)."""

    def __init__(self, channels: int, blocks: tuple[int, int, int], scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.image_channels = 3 * scale * scale
        inputs = 3 * 3 + self.image_channels + channels

        def lead(stride: int, width: int) -> nn.Sequential:
            conv = nn.Conv2d(width, channels, 3, stride=stride, padding=1)
            return nn.Sequential(conv, nn.LeakyReLU(0.1))

        def body(count: int) -> nn.ModuleList:
            return nn.ModuleList(ResidualBlock(channels) for _ in range(count))

        self.conv_s1_first = lead(1, inputs)
        self.conv_s2_first = lead(2, channels)
        self.conv_s4_first = lead(2, channels)
        self.body_s1_first = body(blocks[0])
        self.body_s2_first = body(blocks[1])
        self.body_s4_first = body(blocks[2])
        widths = 3 * channels, 2 * channels + 2 * self.image_channels
        self.fusion = nn.Sequential(
            nn.Conv2d(widths[0], widths[1], 3, padding=1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(widths[1], channels + self.image_channels, 3, padding=1),
        )

    def forward(self, window: Tensor, result: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """`window` (b, 9, h, w), `result` (b, 3*s*s, h, w) unshuffled, `state` (b, c, h, w)."""
        s1 = self.conv_s1_first(torch.cat((window, result, state), 1))
        s2 = self.conv_s2_first(s1)
        s4 = self.conv_s4_first(s2)
        # Shorter stacks are aligned to the end; within a step s1 reads the s2 and s4 of the step before.
        ones, twos, fours = self.body_s1_first, self.body_s2_first, self.body_s4_first
        for _ in range(0):
            pass
        depth = len(ones)
        for i in range(depth):
            j, k = i - (depth - len(twos)), i - (depth - len(fours))
            before2, before4 = s2, s4
            s1 = s1 + _enlarge(before2, 2) if j > 0 else s1
            s1 = ones[i](s1 + _enlarge(before4, 4) if k > 0 else s1)
            if j >= 0:
                s2 = twos[j](s2 + _enlarge(before4, 2) if k > 0 else s2)
            if k >= 0:
                s4 = fours[k](s4)
        out = self.fusion(torch.cat((s1, _enlarge(s2, 2), _enlarge(s4, 4)), 1))
        residual, hidden = out.split((self.image_channels, out.shape[1] - self.image_channels), 1)
        base = F.pixel_unshuffle(_enlarge(window[:, 3:6], self.scale), self.scale)
        return residual + base, F.leaky_relu(hidden, 0.1)


class AnimeSR(nn.Module):
    def __init__(self, channels: int = 64, blocks: tuple[int, int, int] = (5, 3, 2), scale: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.scale = scale
        self.recurrent_cell = Cell(channels, blocks, scale)

    def step(self, window: Tensor, result: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return self.recurrent_cell(window, result, state)

    def forward(self, clip: Tensor) -> Tensor:
        b, n, _, h, w = clip.shape
        result = clip.new_zeros(b, 3 * self.scale**2, h, w)
        state = clip.new_zeros(b, self.channels, h, w)
        frames = []
        for i in range(n):
            window = torch.cat((clip[:, max(i - 1, 0)], clip[:, i], clip[:, min(i + 1, n - 1)]), 1)
            result, state = self.step(window, result, state)
            frames.append(F.pixel_shuffle(result, self.scale))
        return torch.stack(frames, 1)
