"""ONNX files: what they say of themselves, or what their shapes say; needs no PyTorch."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.errors import ModelError
from sakuga.models import metadata, runtime
from sakuga.models.spec import FileSource, ModelSpec

PICTURE = (("picture",), ("result",))
"""Inputs and outputs of a network that knows no past: (1, 3, h, w) to (1, 3, s*h, s*w), RGB in [0, 1]."""
STEP = (("window", "state"), ("result", "next_state"))
"""Those of a recurrent one, as the file is one step: (1, 9, h, w), previous, current and next frame, and
(1, C, h, w), zeros where a shot begins, to (1, 3, s*h, s*w) and the state that the next step takes."""
MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
"""Of the sides that a network may demand, tried in this order."""


def spec_of(path: Path) -> ModelSpec:
    """From the metadata that sakuga writes, else from the shapes that come out for shapes that go in.

    Raises ModelError where the file is damaged, or not from one RGB picture to one RGB picture.
    """
    graph = read(path)
    place = ["framework", metadata.KEY]
    if graph.has_rt_info(place):
        return metadata.spec_from_json(str(graph.get_rt_info(place).value), FileSource(path))
    _demand_pictures(graph, path)
    scale, multiple = _probed(graph, path)
    return ModelSpec(
        name=path.stem,
        network="onnx",
        scale=scale,
        source=FileSource(path),
        exact=False,
        multiple=multiple,
    )


def read(path: Path) -> Any:  # noqa: ANN401 - OpenVINO's models carry no types
    """OpenVINO's graph of an ONNX file. Raises ModelError where it cannot be read."""
    from openvino.frontend.frontend import FrontEndManager

    manager: Any = FrontEndManager()
    try:
        # Not Core.read_model, which tries other formats on what is no ONNX, and complains on stderr.
        frontend = manager.load_by_framework("onnx")
        return frontend.convert(frontend.load(str(path)))
    except Exception as error:  # its failures have no common base
        raise ModelError(f"{path} could not be read as an ONNX model; is it one, and whole?") from error


def _demand_pictures(graph: Any, path: Path) -> None:  # noqa: ANN401
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ModelError(
            f"{path} has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs; sakuga runs one to one."
        )
    for end, name in ((graph.inputs[0], "takes"), (graph.outputs[0], "gives")):
        shape = end.get_partial_shape()
        if shape.rank.is_dynamic or len(shape) != 4 or (shape[1].is_static and shape[1].get_length() != 3):
            raise ModelError(f"{path} {name} {shape}; sakuga needs RGB pictures as (1, 3, height, width).")


def _probed(graph: Any, path: Path) -> tuple[int, int]:  # noqa: ANN401
    """Scale and multiple."""
    height, width = list(graph.inputs[0].get_partial_shape())[2:]
    fixed = height.is_static and width.is_static
    for multiple in (1,) if fixed else MULTIPLES:
        # No multiple of anything larger.
        sides = (height.get_length(), width.get_length()) if fixed else (64 + multiple, 64 + 3 * multiple)
        scale = _scale(graph, sides)
        if scale is not None:
            return scale, multiple
    raise ModelError(f"{path} does not enlarge pictures by a whole number, as sakuga needs.")


def _scale(graph: Any, sides: tuple[int, int]) -> int | None:  # noqa: ANN401
    """Output side / input side for a picture of (height, width); None where it cannot be, or is no number."""
    try:
        shape = _output(graph.clone(), sides)
    except RuntimeError:
        return None
    scale = shape[2] // sides[0]
    return scale if shape == (1, 3, scale * sides[0], scale * sides[1]) and scale else None


def _output(graph: Any, sides: tuple[int, int]) -> tuple[int, ...]:  # noqa: ANN401
    graph.reshape([1, 3, *sides])
    shape = graph.outputs[0].get_partial_shape()
    if shape.is_static:
        return tuple(shape.to_shape())
    kind = graph.inputs[0].get_element_type().to_dtype()
    return tuple(runtime.core().compile_model(graph, "CPU")([np.zeros((1, 3, *sides), kind)])[0].shape)


def parameters(path: Path) -> int:
    """How many numbers an ONNX file has learned: those in its constants that are no whole numbers."""
    constants = (node for node in read(path).get_ops() if node.get_type_name() == "Constant")
    return sum(prod(node.get_shape()) for node in constants if node.get_element_type().is_real())
