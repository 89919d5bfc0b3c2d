"""The generator that makes anime scenes of photos: nine residual blocks between gentle changes of size.

Source: Scenimefy (Jiang et al., ICCV 2023), section 3.3, with the network of CUT (Park et al., ECCV 2020),
anti-aliased on both ways; parameter names are those of the published file. Inside, pictures run from -1 to 1.
Each of its 23 normalisations takes mean and variance over the whole picture, so that parts of a picture do
not answer as the whole does unless they are given the statistics of the whole. An adapter gives each of their
channels a scale and a shift, 10,496 numbers in all, which are enough for another style: FiLM (Perez et al.,
AAAI 2018), conditional instance normalisation (Dumoulin et al., ICLR 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.models.antialias import Down, Up

EPSILON = 1e-5
"""Added to variances."""
LAYERS = (0, 4, 8, 12, 16)
"""What contrastive losses look at: the padded picture, two convolutions, the first and fifth block."""

Normalise = Callable[[Tensor], Tensor]


class Norm(nn.Module):
    """Mean 0 and variance 1 of each channel of each picture; then, where adapted, a scale and a shift."""

    def __init__(self, channels: int, adapted: bool = False) -> None:
        super().__init__()
        self.channels = channels
        self.weight = nn.Parameter(torch.ones(channels)) if adapted else None
        self.bias = nn.Parameter(torch.zeros(channels)) if adapted else None

    def forward(self, x: Tensor) -> Tensor:
        return self.styled(F.instance_norm(x, eps=EPSILON))

    def styled(self, x: Tensor) -> Tensor:
        """(b, c, h, w) that is normalised already, whoever did it, scaled and shifted where adapted."""
        if self.weight is None or self.bias is None:
            return x
        return x * self.weight[:, None, None] + self.bias[:, None, None]


class Block(nn.Module):
    """Two convolutions with mirrored borders, and what came in added."""

    def __init__(self, channels: int, adapted: bool = False) -> None:
        super().__init__()
        half = (nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), Norm(channels, adapted))
        other = (nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), Norm(channels, adapted))
        self.conv_block = nn.Sequential(*half, nn.ReLU(), *other)

    def forward(self, x: Tensor, normalise: Normalise | None = None) -> Tensor:
        return x + run(self.conv_block, x, normalise)


class Translator(nn.Module):
    """11,378,179 parameters, 52 tensors. channels: of the outermost layer. blocks: in the middle.

    residual: whether the picture goes past all layers, which make what is added to it. Scenimefy's does not;
    normalisations hide how bright and how colourful a picture is, and to guess that well takes many steps.
    adapted: whether it has an adapter, which begins as one that changes nothing.
    """

    def __init__(
        self, channels: int = 64, blocks: int = 9, residual: bool = False, adapted: bool = False
    ) -> None:
        super().__init__()
        c = channels
        self.residual = residual
        if residual:
            self.register_buffer("residual_mark", torch.ones(1))
        self.model = nn.Sequential(
            nn.ReflectionPad2d(3),
            *_normalised(nn.Conv2d(3, c, 7), adapted),
            *_normalised(nn.Conv2d(c, 2 * c, 3, padding=1), adapted),
            Down(2 * c),
            *_normalised(nn.Conv2d(2 * c, 4 * c, 3, padding=1), adapted),
            Down(4 * c),
            *(Block(4 * c, adapted) for _ in range(blocks)),
            Up(4 * c),
            *_normalised(nn.Conv2d(4 * c, 2 * c, 3, padding=1), adapted),
            Up(2 * c),
            *_normalised(nn.Conv2d(2 * c, c, 3, padding=1), adapted),
            nn.ReflectionPad2d(3),
            nn.Conv2d(c, 3, 7),
            nn.Tanh(),
        )

    def forward(self, x: Tensor, statistics: Tensor | None = None) -> Tensor:
        """(b, 3, h, w) RGB in [0, 1] to the same; sides are multiples of 4, of at least 8.

        statistics: (2, channels), means and variances that all normalisations use, in order; None: their own.
        """
        normalise, x = None if statistics is None else Given(statistics), 2 * x - 1
        return 0.5 + 0.5 * self.whole(x, run(self.model, x, normalise))

    def translate(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) RGB in [-1, 1] to the same."""
        return self.whole(x, self.model(x))

    def whole(self, x: Tensor, made: Tensor) -> Tensor:
        """The result, of a picture and of what the layers have made of it, in [-1, 1]."""
        return x + made if self.residual else made

    def features(self, x: Tensor, layers: Sequence[int] = LAYERS) -> list[Tensor]:
        """(b, 3, h, w) RGB in [-1, 1] to what comes out of these layers, which are counted from 0."""
        seen: list[Tensor] = []
        for place, layer in enumerate(self.model[: max(layers) + 1]):
            x = layer(x)
            seen += [x] * (place in layers)
        return seen

    def statistics(self, x: Tensor) -> Tensor:
        """(1, 3, h, w) RGB in [0, 1] to the statistics that its layers have, as `forward` takes them."""
        measure = Measured()
        run(self.model, 2 * x - 1, measure)
        return measure.statistics

    def norms(self) -> list[int]:
        """Channels of each normalisation, in order."""
        return [part.channels for part in self.modules() if isinstance(part, Norm)]

    def adapter(self) -> dict[str, nn.Parameter]:
        """Its scales and shifts, by their names among all weights; none where it is not adapted."""
        norms = (part for part in self.modules() if isinstance(part, Norm))
        mine = {id(value) for norm in norms for value in norm.parameters()}
        return {name: value for name, value in self.named_parameters() if id(value) in mine}


class Given:
    """Normalises by statistics that are given, those of one layer after those of the other."""

    def __init__(self, statistics: Tensor) -> None:
        self._statistics, self._used = statistics, 0

    def __call__(self, x: Tensor) -> Tensor:
        mine = self._statistics[:, self._used : self._used + x.shape[1]]
        self._used += x.shape[1]
        return normalised(x, mine)


class Measured:
    """Normalises by a picture's own statistics, and keeps them."""

    def __init__(self) -> None:
        self._found: list[Tensor] = []

    def __call__(self, x: Tensor) -> Tensor:
        mine = moments(x)
        self._found.append(mine)
        return normalised(x, mine)

    @property
    def statistics(self) -> Tensor:
        """(2, channels) of all layers so far."""
        return torch.cat(self._found, 1)


def moments(x: Tensor) -> Tensor:
    """(1, c, h, w) to (2, c): mean and variance, added up in float64."""
    wide = x[0].flatten(1).double()
    variance, mean = torch.var_mean(wide, 1, correction=0)
    return torch.stack((mean, variance)).to(x.dtype)


def normalised(x: Tensor, statistics: Tensor) -> Tensor:
    """(b, c, h, w) less the mean, over the deviation; statistics: (2, c)."""
    mean, variance = statistics[:, None, :, None, None]
    return ((x - mean) * torch.rsqrt(variance + EPSILON)).to(x.dtype)


def run(layers: nn.Sequential, x: Tensor, normalise: Normalise | None) -> Tensor:
    """`layers` one after the other, with `normalise` in the place of their normalisations."""
    for layer in layers:
        if normalise is not None and isinstance(layer, Norm):
            x = layer.styled(normalise(x))
        elif isinstance(layer, Block):
            x = layer(x, normalise)
        else:
            x = layer(x)
    return x


def _normalised(convolution: nn.Conv2d, adapted: bool) -> tuple[nn.Module, ...]:
    return convolution, Norm(convolution.out_channels, adapted), nn.ReLU()
