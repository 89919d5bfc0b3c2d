"""The networks that can be trained, and what a trained one is to those who run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path

from torch import nn

from sakuga.errors import InputError, ModelError
from sakuga.models import checkpoint
from sakuga.models.animesr import AnimeSR
from sakuga.models.compact import Compact
from sakuga.models.dat import dat
from sakuga.models.grl import GRL
from sakuga.models.lbo import LBO
from sakuga.models.rrdb import RRDBNet
from sakuga.models.stylegan2 import StyleGAN2
from sakuga.models.translator import Translator
from sakuga.train.recipe import Network

NETWORKS: Mapping[str, Callable[..., nn.Module]] = {
    "animesr": AnimeSR,
    "compact": Compact,
    "dat": dat,
    "grl": GRL,
    "lbo": LBO,
    "rrdb": RRDBNet,
    "stylegan2": StyleGAN2,
    "translator": Translator,
}


def build(part: Network) -> nn.Module:
    """The network of a recipe, with the weights that it begins with.

    Raises InputError for options that it does not take, ModelError for a start that does not fit.
    """
    if part.learns == "adapter" and part.network != "translator":
        raise InputError(f"model.learns is adapter, which {part.network} has none of; a translator has.")
    builder = NETWORKS[part.network]
    taken = signature(builder).parameters.get("scale")
    if taken is not None and part.options.get("scale", taken.default) != part.scale:
        raise InputError(
            f"model.scale is {part.scale}, and that in model.options is"
            f" {part.options.get('scale', taken.default)}; they should be the same."
        )
    try:
        network = builder(**part.built)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(
            f"model.options: the network {part.network} does not take them ({error})."
        ) from error
    if part.start:
        _fill(network, Path(part.start))
    return network


def _fill(network: nn.Module, start: Path) -> None:
    if not start.is_file():
        raise InputError(f"model.start: there is no file {start}.")
    try:
        begun = network.adapter() if isinstance(network, Translator) else {}
        network.load_state_dict({**begun, **checkpoint.read(start)})
    except RuntimeError as error:
        reason = str(error).splitlines()[1:2] or [str(error)]
        raise ModelError(f"model.start: {start} does not fit the network: {reason[0].strip()}") from error
