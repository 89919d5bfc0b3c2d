"""From a name or a file to a model that is ready to run."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.errors import ModelError, UnknownModel
from sakuga.models import graphs, metadata, weights
from sakuga.models.catalog import CATALOG
from sakuga.models.recognise import Shapes, recognise
from sakuga.models.spec import FileSource, ModelSpec, ShippedSource, WebSource
from sakuga.models.web import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

SUFFIXES = (".pth", ".pt", ".ckpt", ".safetensors", ".onnx")
"""Of the files that can be loaded."""


@dataclass(frozen=True, slots=True)
class Model:
    """A network with its weights, and what is known of it; `module`, `onnx`, or both of them are there."""

    spec: ModelSpec
    module: nn.Module | None
    """In eval mode, float32, on the CPU, without gradients: (b, 3, h, w) RGB in [0, 1] to (b, 3, s*h, s*w).

    A recurrent one has its step as `module.recurrent_cell`, see models.animesr.Cell.
    """
    onnx: Path | None
    """The file itself, for an engine that reads it."""


def load(name_or_path: str | Path, progress: Progress = weights.quiet) -> Model:
    """Load a model of the catalog, fetching its weights at first use, or a file that the user named.

    Raises UnknownModel where there is neither, WeightsError where weights cannot be had, and ModelError for
    files that cannot be used and where PyTorch is needed but missing.
    """
    spec = CATALOG.get(str(name_or_path))
    if spec is not None:
        shipped = isinstance(spec.source, ShippedSource)
        return _shipped(spec, progress) if shipped else _from_catalog(spec, progress)
    path = existing(Path(name_or_path))
    return Model(graphs.spec_of(path), None, path) if path.suffix.lower() == ".onnx" else _from_file(path)


def existing(path: Path) -> Path:
    """`path`, if it is a file of a kind that can be loaded. Raises UnknownModel or ModelError."""
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return path
    if path.exists():
        raise ModelError(
            f"{path} is no model that sakuga loads: those are files ending in {', '.join(SUFFIXES)}."
        )
    near = get_close_matches(str(path), CATALOG, 1, cutoff=0.5)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise UnknownModel(
        f"There is no model and no file called {path}. {hint}`sakuga models list` shows all names."
    )


def has_torch() -> bool:
    return importlib.util.find_spec("torch") is not None


def demand_torch(name: str | Path) -> None:
    """Raises ModelError where PyTorch is not installed."""
    if not has_torch():
        raise ModelError(f'{name}: this model needs PyTorch: python -m pip install "sakuga[torch]".')


def _from_catalog(spec: ModelSpec, progress: Progress) -> Model:
    demand_torch(spec.name)
    from sakuga.models import checkpoint, networks

    module, files = networks.build(spec), list(weights.fetch(spec, progress).values())
    state = checkpoint.read(files[0]) if len(files) == 1 else checkpoint.read_ncnn(files, module)
    return filled(spec, module, state)


def _shipped(spec: ModelSpec, progress: Progress) -> Model:
    """OpenVINO takes the .onnx; PyTorch, where it is installed, the same weights from the .safetensors."""
    graph, tensors = weights.fetch(spec, progress).values()
    if not has_torch():
        return Model(spec, None, graph)
    from sakuga.models import checkpoint, networks

    return replace(filled(spec, networks.build(spec), checkpoint.read(tensors)), onnx=graph)


def _from_file(path: Path) -> Model:
    demand_torch(path)
    from sakuga.models import checkpoint, community, networks

    state = checkpoint.read(path)
    spec = own_spec(path, {name: tuple(tensor.shape) for name, tensor in state.items()})
    if spec is not None and spec.network != "community":
        return filled(spec, networks.build(spec), state)
    found, module = community.find(state, path)
    return Model(spec or found, _for_use(module), None)


def own_spec(path: Path, shapes: Shapes) -> ModelSpec | None:
    """As written in the file, else as its name or its tensors tell; None for networks that are not ours.

    Raises ModelError for those of ours that are no model of a command.
    """
    if path.suffix.lower() == ".safetensors" and metadata.of_safetensors(path, metadata.ADAPTER) is not None:
        raise ModelError(
            f"{path} is an adapter, which goes on the network that it was learned on: sakuga stylize INPUT"
            f" --model NETWORK --adapter {path}"
        )
    spec = _told_spec(path, shapes)
    if spec is not None and spec.network == "lbo":
        raise ModelError(
            f"{path} is a learned operator, which makes pictures smaller and worse; recipes take it in"
            " data.operators."
        )
    return spec


def _told_spec(path: Path, shapes: Shapes) -> ModelSpec | None:
    written = metadata.of_safetensors(path) if path.suffix.lower() == ".safetensors" else None
    if written is not None:
        return metadata.spec_from_json(written, FileSource(path))
    published = (spec for spec in CATALOG.values() if isinstance(spec.source, WebSource))
    for spec in published:
        if path.name in weights.paths(spec):
            return replace(spec, source=FileSource(path))
    return recognise(shapes, path)


def filled(spec: ModelSpec, module: nn.Module, state: Mapping[str, Tensor]) -> Model:
    """`module` with the weights `state`, ready for use. Raises ModelError where they do not fit."""
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        first = str(error).splitlines()[1:2] or [str(error)]
        raise ModelError(
            f"The weights of {spec.name} do not fit the network {spec.network}: {first[0].strip()}"
        ) from error
    return Model(spec, _for_use(module), None)


def _for_use(module: nn.Module) -> nn.Module:
    from sakuga.models.derived import freeze

    freeze(module)
    return module.requires_grad_(requires_grad=False)
