"""StyleGAN2's generator: a latent becomes a style, and a constant grows into a picture of that style.

Source: Karras et al., CVPR 2020 (configuration F). Scenimefy (ICCV 2023), section 3.1, makes its pairs of a
photo and a drawing with two of them that share latent and noise. Parameter names are those of the PyTorch
files that people share.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.models.stylegan2_parts import Activation, Blur, EqualLinear, widths

LATENT = 512
TINY = 1e-8


class PixelNorm(nn.Module):
    """Vectors at a mean square of 1."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + TINY)


class ModulatedConv(nn.Module):
    """A convolution whose weights depend on the style. up: whether the map becomes twice as large."""

    def __init__(
        self, inputs: int, outputs: int, side: int, *, up: bool = False, normal: bool = True
    ) -> None:
        """normal: whether the weights of each output are brought to length 1."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, outputs, inputs, side, side))
        if up:
            self.blur = Blur((1, 1), gain=4)
        self.modulation = EqualLinear(LATENT, inputs, bias=1.0)
        self.scale, self.up, self.normal = 1 / sqrt(inputs * side**2), up, normal

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(b, inputs, h, w) and (b, 512) to (b, outputs, h, w), or twice as high and wide."""
        b, c, h, w = x.shape
        weight = self.scale * self.weight * self.modulation(style).view(b, 1, c, 1, 1)
        if self.normal:
            weight = weight * torch.rsqrt(weight.square().sum((2, 3, 4), keepdim=True) + TINY)
        x = x.reshape(1, b * c, h, w)
        if self.up:
            y = F.conv_transpose2d(x, weight.transpose(1, 2).flatten(0, 1), stride=2, groups=b)
            return self.blur(y.view(b, -1, *y.shape[2:]))
        y = F.conv2d(x, weight.flatten(0, 1), padding=weight.shape[-1] // 2, groups=b)
        return y.view(b, -1, h, w)


class Noise(nn.Module):
    """Adds noise at a strength that is learned."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        return x + self.weight * noise


class Styled(nn.Module):
    """Convolution, noise, activation."""

    def __init__(self, inputs: int, outputs: int, *, up: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, 3, up=up)
        self.noise = Noise()
        self.activate = Activation(outputs)

    def forward(self, x: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        return self.activate(self.noise(self.conv(x, style), noise))


class ToRGB(nn.Module):
    """What a map adds to the picture."""

    def __init__(self, inputs: int, *, up: bool = True) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        if up:
            self.upsample = Blur((2, 1), gain=4, up=2)
        self.conv = ModulatedConv(inputs, 3, 1, normal=False)

    def forward(self, x: Tensor, style: Tensor, picture: Tensor | None) -> Tensor:
        y = self.conv(x, style) + self.bias
        return y if picture is None else y + self.upsample(picture)


class Constant(nn.Module):
    """What every picture begins with."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, channels, 4, 4))


class StyleGAN2(nn.Module):
    """size: of the pictures, a power of 2. 30,034,338 parameters at 256."""

    def __init__(self, size: int = 256, multiplier: float = 2) -> None:
        super().__init__()
        wide = widths(size, multiplier)
        mapping = (EqualLinear(LATENT, LATENT, rate=0.01, active=True) for _ in range(8))
        self.style = nn.Sequential(PixelNorm(), *mapping)
        self.input = Constant(wide[4])
        self.conv1 = Styled(wide[4], wide[4])
        self.to_rgb1 = ToRGB(wide[4], up=False)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        for side in list(wide)[1:]:
            self.convs += [Styled(wide[side // 2], wide[side], up=True), Styled(wide[side], wide[side])]
            self.to_rgbs.append(ToRGB(wide[side]))
        self.noises = nn.Module()
        for i, side in enumerate(_sides(size)):
            self.noises.register_buffer(f"noise_{i}", torch.randn(1, 1, side, side))
        self.size, self.multiplier = size, multiplier
        self.latents = 2 * len(wide)
        """Styles that one picture takes, coarse ones first."""

    def forward(self, w: Tensor, noise: Sequence[Tensor] | None = None) -> Tensor:
        """w: (b, 512) or (b, latents, 512), styles of `map`, to pictures (b, 3, size, size) around [-1, 1].

        noise: one map (b or 1, 1, h, w) for each layer, see `draw_noise`; None: those of the file.
        """
        if w.ndim == 2:
            w = w[:, None].expand(-1, self.latents, -1)
        maps = list(self.noises.buffers()) if noise is None else noise
        x = self.conv1(self.input.input.expand(len(w), -1, -1, -1), w[:, 0], maps[0])
        picture = self.to_rgb1(x, w[:, 1], None)
        for i, to_rgb in enumerate(self.to_rgbs):
            for k in (1, 2):
                x = self.convs[2 * i + k - 1](x, w[:, 2 * i + k], maps[2 * i + k])
            picture = to_rgb(x, w[:, 2 * i + 3], picture)
        return picture

    def map(self, z: Tensor) -> Tensor:
        """(b, 512) of a normal distribution to styles (b, 512)."""
        return self.style(z)

    def draw_noise(self, generator: torch.Generator) -> list[Tensor]:
        """Fresh noise for all layers, to be shared by generators that are to make the same picture."""
        return [torch.randn(1, 1, side, side, generator=generator) for side in _sides(self.size)]


def truncated(w: Tensor, centre: Tensor, share: float) -> Tensor:
    """Styles drawn towards the mean style: fewer kinds of picture, and better ones."""
    return centre + share * (w - centre)


def _sides(size: int) -> list[int]:
    """Of the noise of each layer: 4, 8, 8, 16, 16, ..."""
    return [4, *(side for side in list(widths(size))[1:] for _ in range(2))]
