"""AnimeSR's learnable basic operator: a small network that halves a clean picture as one real video would.

Source: AnimeSR (NeurIPS 2022), section 4.1; parameter names are those of the published files.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.errors import WeightsError
from sakuga.models import checkpoint

_FIRST = "main.0.weight"


class LBO(nn.Module):
    """Three convolutions over pixels that were folded 2x2; 45,635 parameters at the usual size."""

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        self.main = nn.Sequential(
            _start(nn.Conv2d(12, channels, 3, padding=1)),
            nn.LeakyReLU(0.2),
            _start(nn.Conv2d(channels, channels, 3, padding=1)),
            nn.LeakyReLU(0.2),
            _start(nn.Conv2d(channels, 3, 3, padding=1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, 2h, 2w) RGB in [0, 1] to (b, 3, h, w) unclamped."""
        return self.main(F.pixel_unshuffle(x, 2))


def load(path: Path) -> LBO:
    """The operator in a file, ready for use on the CPU: what `sakuga export` wrote, or a published one.

    Raises WeightsError where the file is damaged or holds another network.
    """
    state = checkpoint.read(path)
    network = LBO(len(state[_FIRST]) if _FIRST in state else 64)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsError(
            f"{path} holds no learned operator, but the weights of another network."
        ) from error
    return network.eval().requires_grad_(requires_grad=False)


def _start(conv: nn.Conv2d) -> nn.Conv2d:
    nn.init.kaiming_normal_(conv.weight)
    for name, parameter in conv.named_parameters():
        if name == "bias":
            nn.init.zeros_(parameter)
    return conv
