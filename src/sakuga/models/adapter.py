"""A style in a file of its own: scales and shifts for one translator's weights, and for no others.

A .safetensors holds these tensors by their names in the network, the ModelSpec of the whole under `sakuga`,
and under `sakuga-adapter` which weights it was learned on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from safetensors import torch as safetensors_torch
from torch import Tensor

from sakuga.errors import ModelError, WeightsError
from sakuga.models import checkpoint, load, metadata, networks
from sakuga.models.load import Model
from sakuga.models.spec import ModelSpec
from sakuga.models.translator import Translator


@dataclass(frozen=True, slots=True)
class Base:
    """The weights that an adapter was learned on."""

    name: str
    """Of their file."""
    sha256: str
    """Their `fingerprint`."""


def fingerprint(network: Translator) -> str:
    """sha256 (hex) of all weights but an adapter's: names, shapes and values, from whatever file."""
    adapter, digest = network.adapter(), hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        if name not in adapter:
            digest.update(f"{name} {tuple(tensor.shape)} ".encode())
            digest.update(tensor.cpu().numpy().astype("<f4").tobytes())
    return digest.hexdigest()


def save(network: Translator, spec: ModelSpec, base: str, path: Path) -> None:
    """Write the adapter of `network` alone. spec: of the whole. base: what its other weights are called."""
    tensors = {name: value.detach().contiguous() for name, value in network.adapter().items()}
    told = json.dumps(asdict(Base(base, fingerprint(network))))
    content = {metadata.KEY: metadata.spec_to_json(spec), metadata.ADAPTER: told}
    cast("Any", safetensors_torch).save_file(tensors, path, content)


def adapted(model: Model, path: Path) -> Model:
    """`model` with the adapter in the file `path`.

    Raises ModelError where it has none, or one for other weights, and WeightsError where it is damaged.
    """
    if not isinstance(model.module, Translator):
        raise ModelError(
            f"--adapter goes on a network like scenimefy's, as weights; --model {model.spec.name} is none."
        )
    base, tensors = _read(path)
    if base.sha256 != fingerprint(model.module):
        raise ModelError(
            f"--adapter {path} was learned on {base.name}, and --model {model.spec.name} has other weights:"
            f" name {base.name} as --model, or train an adapter for this one."
        )
    spec = replace(model.spec, options={**model.spec.options, "adapted": True})
    network = cast("Translator", networks.build(spec))
    if _shapes(tensors) != _shapes(network.adapter()):
        raise WeightsError(
            f"--adapter {path} is damaged: its scales and shifts are not those of the network."
        )
    return load.filled(spec, network, {**model.module.state_dict(), **tensors})


def _read(path: Path) -> tuple[Base, Mapping[str, Tensor]]:
    told = metadata.of_safetensors(path, metadata.ADAPTER)
    if told is None:
        raise ModelError(
            f"--adapter {path} holds no adapter; `sakuga export` writes one of a run whose model.learns is"
            " adapter."
        )
    try:
        base = Base(**json.loads(told))
    except (TypeError, ValueError) as error:
        raise WeightsError(f"--adapter {path} is damaged: it does not tell what it is for.") from error
    return base, checkpoint.read(path)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}
