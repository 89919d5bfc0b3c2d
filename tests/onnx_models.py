"""Tiny networks as ONNX files, so that the command can be run whole without torch and without a download."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def nearest(path, scale=2, work=0):
    """Nearest-neighbour enlargement of (1, 3, H, W); `work` convolutions before it keep a processor busy."""
    weights, nodes, name = [], [], "x"
    kernel = np.zeros((3, 3, 31, 31), np.float32)
    kernel[[0, 1, 2], [0, 1, 2], 15, 15] = 1
    if work:
        weights.append(numpy_helper.from_array(kernel, "kernel"))
    for index in range(work):
        nodes.append(helper.make_node("Conv", [name, "kernel"], [f"c{index}"], pads=[15] * 4))
        name = f"c{index}"
    weights.append(numpy_helper.from_array(np.array([1, 1, scale, scale], np.float32), "scales"))
    nodes.append(
        helper.make_node(
            "Resize",
            [name, "", "scales"],
            ["y"],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
    )
    sides = [1, 3, "height", "width"]
    graph = helper.make_graph(
        nodes,
        "nearest",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, sides)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, "taller", "wider"])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
