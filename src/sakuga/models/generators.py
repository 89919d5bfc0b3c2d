"""StyleGAN2's generator out of the files that people share, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from sakuga.errors import WeightsError
from sakuga.models import checkpoint
from sakuga.models.stylegan2 import StyleGAN2

CRITIC = "d"
"""Where training programs put it."""
MOST = 512
"""Channels of a map."""


def read(path: Path) -> StyleGAN2:
    """The averaged generator (`g_ema`) of a file. Raises WeightsError where it is of another network."""
    if not path.is_file():
        raise WeightsError(f"There is no file {path}.")
    state = checkpoint.read(path)
    network = _shaped(path, state)
    wanted = network.state_dict()
    wrong = sorted(n for n in wanted.keys() | state.keys() if not _fits(wanted.get(n), state.get(n)))
    if wrong:
        raise WeightsError(f"{path} does not fit a StyleGAN2 of {network.size} pixels: see {wrong[0]}.")
    network.load_state_dict(state, assign=True)
    return network


def between(first: StyleGAN2, last: StyleGAN2, degree: float) -> StyleGAN2:
    """A generator whose weights are (1 - degree) of `first` and `degree` of `last`.

    Raises WeightsError where the two are not of one shape.
    """
    one, other = first.state_dict(), last.state_dict()
    if {n: t.shape for n, t in one.items()} != {n: t.shape for n, t in other.items()}:
        raise WeightsError("The two generators are of different shapes; one should come from the other.")
    mixed = _empty(first.size, first.multiplier)
    mixed.load_state_dict({name: one[name].lerp(other[name], degree) for name in one}, assign=True)
    return mixed


def start_of_critic(critic: nn.Module, file: str) -> None:
    """Fill a critic with that (`d`) which a training program kept beside its generator; else leave it.

    Raises WeightsError where that is of another shape.
    """
    state, wanted = checkpoint.part(Path(file), CRITIC), critic.state_dict()
    wrong = sorted(n for n in wanted.keys() | state.keys() if not _fits(wanted.get(n), state.get(n)))
    if state and wrong:
        raise WeightsError(f"The critic in {file} does not fit the generator: see {wrong[0]}.")
    if state:
        critic.load_state_dict(state)


def _shaped(path: Path, state: Mapping[str, Tensor]) -> StyleGAN2:
    """A network of the size that the file's layers tell, which is all that is needed to know."""
    convs = sum(name.startswith("convs.") and name.endswith(".conv.weight") for name in state)
    last = state.get(f"convs.{convs - 1}.conv.weight")
    if convs < 2 or convs % 2 or last is None or last.ndim != 5:
        raise WeightsError(f"{path} holds no generator of StyleGAN2, as rosinality's files have it in g_ema.")
    size, channels = 4 * 2 ** (convs // 2), last.shape[1]
    # Where channels are at their most, the multiplier may be any that is large enough.
    return _empty(size, 2 if channels == MOST else channels * size / 16384)


def _empty(size: int, multiplier: float) -> StyleGAN2:
    """Without weights, which take long to draw and are thrown away."""
    with torch.device("meta"):
        return StyleGAN2(size, multiplier)


def _fits(wanted: Tensor | None, found: Tensor | None) -> bool:
    return wanted is not None and found is not None and wanted.shape == found.shape
