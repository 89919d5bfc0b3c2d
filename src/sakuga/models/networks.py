"""One builder for each network that sakuga knows by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

from sakuga.errors import ModelError
from sakuga.models.animesr import AnimeSR
from sakuga.models.compact import Compact
from sakuga.models.dat import dat
from sakuga.models.grl import GRL
from sakuga.models.rrdb import RRDBNet
from sakuga.models.spec import ModelSpec
from sakuga.models.translator import Translator

BUILDERS: Mapping[str, Callable[..., nn.Module]] = {
    "animesr": AnimeSR,
    "compact": Compact,
    "dat": dat,
    "grl": GRL,
    "rrdb": RRDBNet,
    "translator": Translator,
}


def build(spec: ModelSpec) -> nn.Module:
    """The network of `spec` with weights as they are before training.

    Raises ModelError if it does not take the options of `spec`, or sakuga has no such network of its own.
    """
    if spec.network not in BUILDERS:
        raise ModelError(f"{spec.name}: sakuga has no network called {spec.network!r} of its own.")
    try:
        return BUILDERS[spec.network](**spec.options)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        options = ", ".join(f"{name}={value}" for name, value in spec.options.items())
        raise ModelError(
            f"{spec.name}: the network {spec.network} cannot have {options} ({error})."
        ) from error
