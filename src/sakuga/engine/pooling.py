"""Surgery on graphs whose layers normalise by statistics of the whole picture: measure these, or give them.

Statistics are (2, channels): the means and variances of all such layers, one after the other. OpenVINO has
one operator for such a layer, MVN, whether the graph comes from PyTorch or from an ONNX file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
from openvino import opset15

ops: Any = opset15
"""OpenVINO's operators carry no types."""


def measured(model: ov.Model) -> ov.Model:
    """The same inputs to the statistics of all layers, (1, 2, channels), instead of to a picture."""
    model = model.clone()
    found: list[Any] = []
    for node in _norms(model):
        x = node.input_value(0)
        mean = _mean(x)
        apart = ops.subtract(x, mean)
        variance = _mean(ops.multiply(apart, apart))
        found.append(ops.concat([ops.squeeze(each, [2, 3]) for each in (mean, variance)], 0))
        # Its own arithmetic has fewer digits, which all layers after it would show.
        _replace(node, mean, variance)
    build: Any = ov.Model
    return build([ops.result(ops.unsqueeze(ops.concat(found, 1), 0))], model.get_parameters(), "measured")


def frozen(model: ov.Model) -> ov.Model:
    """The same results from the same inputs and, after them, the statistics that all layers use."""
    model = model.clone()
    norms = _norms(model)
    channels = [node.input_value(0).get_partial_shape()[1].get_length() for node in norms]
    statistics = ops.parameter([2, sum(channels)], np.float32)
    parts = ops.variadic_split(statistics, 1, channels)
    for i, node in enumerate(norms):
        pair = ops.split(ops.reshape(parts.output(i), [2, 1, -1, 1, 1], False), 0, 2).outputs()
        _replace(node, *(ops.squeeze(each, [0]) for each in pair))
    build: Any = ov.Model
    return build(model.get_results(), [*model.get_parameters(), statistics], "frozen")


def _norms(model: ov.Model) -> list[Any]:
    return [node for node in model.get_ordered_ops() if node.get_type_name() == "MVN"]


def _replace(norm: Any, mean: Any, variance: Any) -> None:  # noqa: ANN401
    """Let plain arithmetic with these, (1, c, 1, 1) each, stand for a layer."""
    epsilon = np.float32(norm.get_attributes()["eps"])
    scale = ops.divide(np.float32(1), ops.sqrt(ops.add(variance, epsilon)))
    norm.output(0).replace(ops.multiply(ops.subtract(norm.input_value(0), mean), scale).output(0))


def _mean(x: Any) -> Any:  # noqa: ANN401
    """Of each channel; of rows first, as a float32 that adds up a whole plane forgets its last digits."""
    rows = ops.reduce_mean(x, [3], keep_dims=True)
    # Not a second mean, which OpenVINO would put together with the first.
    height = ops.convert(ops.gather(ops.shape_of(x), [2], 0), "f32")
    return ops.divide(ops.reduce_sum(rows, [2], keep_dims=True), height)
