"""What a file is: whose network, how large, whose licence, and what sakuga can do with it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, cast

from safetensors import safe_open

from sakuga.errors import InputError, ModelError, WeightsError
from sakuga.models import cache, graphs
from sakuga.models.catalog import CATALOG
from sakuga.models.load import has_torch, load, own_spec
from sakuga.models.spec import ModelSpec
from sakuga.models.weights import paths, promised


@dataclass(frozen=True, slots=True)
class Identity:
    """What could be found out about a file; None where it could not."""

    path: Path
    sha256: str
    network: str | None
    scale: int | None
    parameters: int | None
    channels: tuple[int, int] | None
    """Of the picture that goes in and of the one that comes out."""
    name: str | None
    """Of the model in the catalog that has exactly this file."""
    licence: str | None
    usage: str
    """A command that uses it, or a sentence that says why there is none."""


def identify(path: Path) -> Identity:
    """Look into a file of weights; .onnx and .safetensors tell most without PyTorch.

    Raises InputError where there is no such file, WeightsError where it is damaged.
    """
    if not path.is_file():
        raise InputError(f"{path} is not a file.")
    sha256 = cache.sha256(path)
    named = _named(sha256)
    spec, parameters, told = named, None, ""
    try:
        spec, parameters = _look(path)
    except WeightsError:
        raise
    except ModelError as error:
        told = str(error)
    licence = named.licence if named else spec.licence if spec else "unknown"
    return Identity(
        path=path,
        sha256=sha256,
        network=str(spec.options.get("architecture", spec.network)) if spec else None,
        scale=spec.scale if spec else None,
        parameters=parameters,
        channels=(3, 3) if spec else None,
        name=named.name if named else None,
        licence=None if licence == "unknown" else licence,
        usage=f"sakuga {spec.purpose} INPUT --model {named.name if named else path}" if spec else told,
    )


def _named(sha256: str) -> ModelSpec | None:
    """The model of the catalog that has a file with this hash."""
    for spec in CATALOG.values():
        if any(promised(spec.source, name, path) == sha256 for name, path in paths(spec).items()):
            return spec
    return None


def _look(path: Path) -> tuple[ModelSpec, int]:
    """The spec of a file and the number of its parameters."""
    suffix = path.suffix.lower()
    if suffix == ".onnx":
        return graphs.spec_of(path), graphs.parameters(path)
    if suffix in (".param", ".bin"):
        raise ModelError(
            "ncnn files are read from the packages of the catalog only; look for a .pth or .onnx of it."
        )
    if suffix == ".safetensors" and not has_torch():
        return _look_without_torch(path)
    model = load(path)
    assert model.module is not None
    return model.spec, sum(parameter.numel() for parameter in model.module.parameters())


def _look_without_torch(path: Path) -> tuple[ModelSpec, int]:
    with cast("Any", safe_open)(path, framework="np") as file:
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    spec = own_spec(path, shapes)
    if spec is None:
        raise ModelError(f'{path} needs PyTorch to be looked into: python -m pip install "sakuga[torch]".')
    return spec, sum(prod(shape) for shape in shapes.values())
