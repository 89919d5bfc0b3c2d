"""Surgery on OpenVINO graphs: pixels in and out inside the graph, and the memory that a graph will need."""

from __future__ import annotations

import warnings
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino as ov
from openvino import opset15

from sakuga.engine.backend import Depth

if TYPE_CHECKING:
    from torch import nn


ops: Any = opset15
"""OpenVINO's operators carry no types."""


def traced(module: nn.Module, shapes: list[tuple[int, ...]]) -> ov.Model:
    """The graph of a PyTorch module, traced on float32 inputs of these shapes; sides stay dynamic."""
    import torch
    from openvino.frontend.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    manager: Any = FrontEndManager()
    frontend = manager.load_by_framework("pytorch")
    # The frontend is called directly: ov.convert_model does the same after sending telemetry.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = tuple(torch.zeros(shape) for shape in shapes)
        # Tracing twice more to compare would take most of the start; tests hold the graph against the module.
        decoder = TorchScriptPythonDecoder(
            module, example_input=inputs, shared_memory=False, trace_kwargs={"check_trace": False}
        )
        return frontend.convert(frontend.load(decoder))


def aligned(model: ov.Model) -> ov.Model:
    """`model` with slopes of PReLUs as (C,) where they are (C, 1, 1), as PyTorch writes them.

    Those OpenVINO does not join with the convolution before: a small network then takes 1.6 times as long.
    """
    for node in model.get_ordered_ops():
        if node.get_type_name() == "PRelu":
            slope: Any = node.input_value(1)
            shape = slope.get_partial_shape()
            if shape.is_static and list(shape.to_shape())[1:] == [1, 1]:
                node.input(1).replace_source_output(ops.reshape(slope, [-1], special_zero=False).output(0))
    return model


def with_pixels(model: ov.Model, window: int, height: int, width: int, depth: Depth) -> ov.Model:
    """The same network from integer frames to an integer frame, for one tile size, or any if that is 0 x 0.

    model: (1, 3*window, h, w) float, and maybe a state (1, C, h, w), to (1, 3, s*h, s*w) and the new state.
    Returns a model of `window` inputs (1, h, w, 3) of `depth` [and the state] to (1, s*h, s*w, 3) of `depth`
    [and the state]; scaling, clamping and rounding are part of the graph.
    """
    white = np.float32(np.iinfo(depth).max)
    height, width = height or -1, width or -1
    model = model.clone()
    images = model.input(0)
    shapes: dict[Any, list[int]] = {images: [1, 3 * window, height, width]}
    for state in model.inputs[1:]:
        shapes[state] = [1, state_channels(model), height, width]
    model.reshape(shapes)
    frames = [ops.parameter([1, height, width, 3], np.dtype(depth)) for _ in range(window)]
    planes = [ops.transpose(ops.convert(frame, "f32"), [0, 3, 1, 2]) for frame in frames]
    joined = planes[0] if window == 1 else ops.concat(planes, 1)
    scaled = ops.convert(ops.divide(joined, white), images.get_element_type().get_type_name())
    images.replace(scaled.output(0))
    image = model.output(0).get_node().input_value(0)
    levels = ops.round(ops.multiply(ops.clamp(ops.convert(image, "f32"), 0.0, 1.0), white), "half_to_even")
    pixels = ops.convert(ops.transpose(levels, [0, 2, 3, 1]), depth.replace("uint", "u"))
    results = [ops.result(pixels), *(output.get_node() for output in model.outputs[1:])]
    parameters = [*frames, *(state.get_node() for state in model.inputs[1:])]
    build: Any = ov.Model
    return build(results, parameters, "pixels")


def state_channels(model: Any) -> int:  # noqa: ANN401 - a graph or what is compiled from it
    """Of a recurrent network, read off the state that it returns: a traced input may have forgotten them."""
    return model.output(1).get_partial_shape()[1].get_length()


def live_bytes(model: ov.Model) -> int:
    """The most memory that a static graph's tensors take at one time, each freed after its last use."""
    steps = [node for node in model.get_ordered_ops() if node.get_type_name() != "Constant"]
    last_use = {_source(value): i for i, node in enumerate(steps) for value in node.input_values()}
    sizes = {(node.get_name(), k): _bytes(value) for node in steps for k, value in enumerate(node.outputs())}
    frees: dict[int, list[tuple[str, int]]] = {}
    for value, step in last_use.items():
        frees.setdefault(step, []).append(value)
    live = peak = 0
    for i, node in enumerate(steps):
        live += sum(sizes[node.get_name(), k] for k in range(node.get_output_size()))
        peak = max(peak, live)
        live -= sum(sizes.get(value, 0) for value in frees.get(i, []))
    return peak


def _source(value: Any) -> tuple[str, int]:  # noqa: ANN401 - OpenVINO's Output has no public type
    return value.get_node().get_name(), value.get_index()


def _bytes(value: Any) -> int:  # noqa: ANN401
    return prod(value.get_shape()) * value.get_element_type().size
