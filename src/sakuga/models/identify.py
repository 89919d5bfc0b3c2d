"""What a file is: whose network, how large, whose licence, and what sakuga can do with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError, safe_open

from sakuga.errors import InputError, ModelError, WeightsError
from sakuga.models import cache, graphs
from sakuga.models.catalog import CATALOG
from sakuga.models.load import has_torch, load, own_spec
from sakuga.models.spec import ModelSpec, ShippedSource
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
    """Of the model in the catalog that has exactly this file, or whose weights were rounded from it."""
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
    """The model of the catalog that has a file with this hash, or was rounded from it."""
    for spec in CATALOG.values():
        for each in _origins(spec):
            if any(promised(each.source, name, path) == sha256 for name, path in paths(each).items()):
                return spec
    return None


def _origins(spec: ModelSpec) -> Iterator[ModelSpec]:
    yield spec
    if isinstance(spec.source, ShippedSource) and spec.source.origin:
        yield replace(spec, source=spec.source.origin)


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


def numbers(path: Path) -> int:
    """How many numbers a .safetensors file holds, as its header tells. Raises WeightsError."""
    return sum(map(prod, _shapes(path).values()))


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    try:
        with cast("Any", safe_open)(path, framework="np") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path} could not be read as .safetensors ({error}); is it whole?") from error


def _look_without_torch(path: Path) -> tuple[ModelSpec, int]:
    spec = own_spec(path, _shapes(path))
    if spec is None:
        raise ModelError(f'{path} needs PyTorch to be looked into: python -m pip install "sakuga[torch]".')
    return spec, numbers(path)
