"""StyleGAN2's generator out of the files that people share, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from sakuga.errors import WeightsError
from sakuga.models import checkpoint
from sakuga.models.stylegan2 import StyleGAN2
from sakuga.models.stylegan2_parts import widths

CRITIC = "d"
"""Where training programs put it."""
MULTIPLIERS = (2, 1)
"""Of the channels of large maps, that published files have; up to 16 pixels they come to the same."""


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
    size = 4 * 2 ** (convs // 2)
    for multiplier in MULTIPLIERS:
        if widths(size, multiplier)[size] == last.shape[1]:
            return _empty(size, multiplier)
    raise WeightsError(f"{path} holds a generator with {last.shape[1]} channels at {size} pixels: unknown.")


def _empty(size: int, multiplier: float) -> StyleGAN2:
    """Without weights, which take long to draw and are thrown away."""
    with torch.device("meta"):
        return StyleGAN2(size, multiplier)


def _fits(wanted: Tensor | None, found: Tensor | None) -> bool:
    return wanted is not None and found is not None and wanted.shape == found.shape
