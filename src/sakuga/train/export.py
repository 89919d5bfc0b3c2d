"""From a checkpoint to a model that can be used: .safetensors or .onnx, with its ModelSpec inside."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import partial as bound
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors import torch as safetensors_torch
from torch import nn

from sakuga.errors import InputError, OutputError
from sakuga.media.atomic import replacing
from sakuga.models import adapter, graphs, metadata, runtime
from sakuga.models.animesr import MULTIPLE
from sakuga.models.catalog import TRANSLATOR
from sakuga.models.derived import freeze
from sakuga.models.spec import FileSource, ModelSpec
from sakuga.models.translator import Translator
from sakuga.train import networks, state
from sakuga.train.recipe import Recipe

TOLERANCE = 1e-4
"""Largest difference between PyTorch and what was exported, of values in 0..1."""
_HOW: Mapping[str, Mapping[str, Any]] = {
    "animesr": {"window": 3, "recurrent": True, "halo": 28, "multiple": MULTIPLE},
    "grl": {"exact": False, "multiple": 8, "padding": "reflect", "half": ("bf16",)},
    "translator": TRANSLATOR,
    "dat": {"exact": False, "any_size": False, "half": ("bf16",)},
}
"""What running a network needs to know beside its options; see models.catalog."""


def export(checkpoint: Path, out: Path, *, half: bool = False) -> ModelSpec:
    """Write the network of a checkpoint, its average where there is one, as `out`.

    Where only an adapter has learned, a .safetensors is that alone, and an .onnx the whole network.
    half: weights are rounded to 16 bits and kept so, but for an adapter alone, which is small as it is; what
    runs them still reckons as it likes.

    Raises InputError for a checkpoint or suffix that cannot be, OutputError where the file would not do what
    the network does.
    """
    write = WRITERS.get(out.suffix.lower())
    if write is None:
        raise InputError(f"{out} should end in {' or '.join(WRITERS)}.")
    found = state.read(checkpoint)
    if write is _safetensors and found.recipe.model.learns == "adapter":
        # Its network is known by its values, which must not be rounded.
        half, write = False, bound(_adapter, Path(found.recipe.model.start).name)
    network = networks.build(found.recipe.model.without_start())
    fill(network, _learned(found.content), half=half)
    spec = spec_of(found.recipe, out)
    with replacing(out) as partial:
        write(network, spec, partial, half)
    return spec


def fill(network: nn.Module, learned: Mapping[str, torch.Tensor], *, half: bool) -> None:
    """Make `network` ready for use with weights `learned`; half: rounded to 16 bits."""
    network.load_state_dict({name: _rounded(tensor) for name, tensor in learned.items()} if half else learned)
    freeze(network)


def spec_of(recipe: Recipe, path: Path) -> ModelSpec:
    """What the catalog would say of the network that `recipe` gives."""
    told = recipe.model
    how = dict(_HOW.get(told.network, {}))
    if told.network == "compact":
        fold = cast("int", told.options.get("fold", 1))
        how |= {"halo": fold * (cast("int", told.options.get("convs", 16)) + 2), "multiple": fold}
    if told.network == "rrdb":
        how["multiple"] = max(1, 4 // told.scale)
    if told.network == "translator":
        how["halo"] = 24 + 8 * cast("int", told.options.get("blocks", 9))
    build: Any = ModelSpec
    return build(
        name=recipe.name,
        network=told.network,
        scale=told.scale,
        source=FileSource(path),
        options=dict(told.built),
        licence=recipe.licence,
        credit=recipe.credit,
        note=recipe.note,
        **how,
    )


def _learned(content: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    if "average" not in content:
        return content["network"]
    inner = "module."
    return {n.removeprefix(inner): t for n, t in content["average"].items() if n.startswith(inner)}


def _rounded(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half().to(tensor.dtype) if tensor.is_floating_point() else tensor


def _safetensors(network: nn.Module, spec: ModelSpec, path: Path, half: bool) -> None:
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    if half:
        tensors |= {name: each.half() for name, each in tensors.items() if each.is_floating_point()}
    cast("Any", safetensors_torch).save_file(tensors, path, {metadata.KEY: metadata.spec_to_json(spec)})


def _adapter(base: str, network: nn.Module, spec: ModelSpec, path: Path, half: bool) -> None:
    del half
    adapter.save(cast("Translator", network), spec, base, path)


def _onnx(network: nn.Module, spec: ModelSpec, path: Path, half: bool) -> None:
    import onnx

    exporting: Any = torch.onnx
    saving: Any = onnx
    if spec.network == "lbo" or not spec.any_size:
        raise InputError(f"{spec.network} is not exported as .onnx; choose .safetensors.")
    step = _step(network, spec)
    examples = _examples(step, spec, 4 * spec.multiple * 4, 4 * spec.multiple * 5)
    sides = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    inputs, outputs = graphs.STEP if spec.recurrent else graphs.PICTURE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = exporting.export(
            step,
            examples,
            dynamo=True,
            dynamic_shapes=(sides,) * len(examples),
            input_names=inputs,
            output_names=outputs,
            verbose=False,
        )
    proto = program.model_proto
    entry = proto.metadata_props.add()
    entry.key, entry.value = metadata.KEY, metadata.spec_to_json(spec)
    for node in proto.graph.node:
        # Which lines of whose Python files it came from.
        del node.metadata_props[:]
    if half:
        _halve(proto)
    saving.save(proto, path)
    _demand_parity(step, spec, path)


def _halve(proto: Any) -> None:  # noqa: ANN401 - onnx has no types
    """Keep as fp16, each with the node that widens it again, what that does not change: rounded weights.

    What follows from them, such as a derived kernel, stays as it is, or the graph would be another network.
    """
    from onnx import TensorProto, helper, numpy_helper

    making: Any = helper
    kept: Any = numpy_helper
    nodes: list[Any] = []
    for each in proto.graph.initializer:
        if each.data_type != TensorProto.FLOAT:
            continue
        wide = kept.to_array(each)
        with np.errstate(over="ignore"):
            half, narrow = wide.astype(np.float16), f"{each.name}.fp16"
        if np.array_equal(half, wide):
            nodes.append(making.make_node("Cast", [narrow], [each.name], to=TensorProto.FLOAT))
            each.CopyFrom(kept.from_array(half, narrow))
    nodes += proto.graph.node
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)


def _step(network: nn.Module, spec: ModelSpec) -> nn.Module:
    """What runs once per frame."""
    recurrent: Any = network
    return recurrent.recurrent_cell if spec.recurrent else network


def _examples(step: Any, spec: ModelSpec, height: int, width: int) -> tuple[torch.Tensor, ...]:  # noqa: ANN401
    channels = (3 * spec.window, step.state_channels) if spec.recurrent else (3 * spec.window,)
    return tuple(torch.rand(1, count, height, width) for count in channels)


def _demand_parity(step: nn.Module, spec: ModelSpec, path: Path) -> None:
    """A recurrent network's state is compared as well: what it takes on is wrong in every frame to come."""
    core = runtime.core()
    model = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for height, width in ((4, 4), (5, 7)):
        examples = _examples(step, spec, height * spec.multiple * 2, width * spec.multiple * 2)
        with torch.inference_mode():
            wanted = step(*examples)
        given = model([each.numpy() for each in examples])
        for number, each in enumerate(wanted if spec.recurrent else (wanted,)):
            difference = float(np.abs(given[number] - each.numpy()).max())
            if not difference < TOLERANCE:
                raise OutputError(
                    f"The .onnx gives other pictures than the network (by {difference:.1e}); export"
                    " .safetensors."
                )


WRITERS: Mapping[str, Callable[[nn.Module, ModelSpec, Path, bool], None]] = {
    ".safetensors": _safetensors,
    ".onnx": _onnx,
}
"""What writes a network and its spec to a path, by the suffix; True: with weights as 16 bits."""
