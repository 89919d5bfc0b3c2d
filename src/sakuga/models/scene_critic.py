"""The critics of scene translation: a patch critic whose halvings do not alias.

Source: Scenimefy (ICCV 2023), section 3.3, with the critic of CUT (ECCV 2020); parameter names are those of
published files. One judges drawings alone, the other a photo and its drawing together.
"""

from __future__ import annotations

from torch import Tensor, nn

from sakuga.models.antialias import Down

LEAST = 32
"""Side of the smallest picture that it can judge."""


class SceneCritic(nn.Module):
    """inputs: 3 channels, or 6 for pairs. 2,764,737 parameters, or 2,767,809."""

    def __init__(self, inputs: int = 3, channels: int = 64) -> None:
        super().__init__()
        c = channels
        self.model = nn.Sequential(
            *(_conv(inputs, c), nn.LeakyReLU(0.2), Down(c)),
            *(*_inner(c, 2 * c), Down(2 * c)),
            *(*_inner(2 * c, 4 * c), Down(4 * c)),
            *_inner(4 * c, 8 * c),
            _conv(8 * c, 1),
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """(b, 3, h, w), or (b, 6, h, w) with the photo first, RGB in [-1, 1], to one map of scores.

        Sides of at least LEAST; 256 x 256 pixels give 30 x 30 scores, without a sigmoid.
        """
        return [self.model(x)]


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 4, padding=1)


def _inner(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return _conv(inputs, outputs), nn.InstanceNorm2d(outputs), nn.LeakyReLU(0.2)
