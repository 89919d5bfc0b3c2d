"""Surgery on graphs: the first layers apart from the rest, so that they can keep more digits than it does."""

from __future__ import annotations

from typing import Any

import openvino as ov
from openvino import opset15

ops: Any = opset15
"""OpenVINO's operators carry no types."""


def halved(model: ov.Model, convolutions: int) -> tuple[ov.Model, ov.Model]:
    """`model` as two: one up to what the convolution after the first `convolutions` sees, one from there on.

    Both take, after their first input, the inputs of `model` that they need.
    """
    first, second = model.clone(), model.clone()
    build: Any = ov.Model
    head = build([ops.result(_seam(first, convolutions))], first.get_parameters(), "head")
    seam = _seam(second, convolutions)
    between = ops.parameter(seam.get_partial_shape(), seam.get_element_type().to_dtype())
    seam.replace(between.output(0))
    return head, build(second.get_results(), [between, *second.get_parameters()[1:]], "tail")


def _seam(model: ov.Model, convolutions: int) -> Any:  # noqa: ANN401 - OpenVINO's Output has no public type
    """What the next convolution sees, before its border is mirrored: residuals start there, too."""
    found = [node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution"]
    value = found[convolutions].input_value(0)
    while value.get_node().get_type_name() in ("Pad", "Convert"):
        value = value.get_node().input_value(0)
    return value
