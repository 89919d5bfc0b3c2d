"""A network as it is installed with sakuga: its weights once, for PyTorch and for the graph beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sakuga.media.atomic import replacing
from sakuga.models import checkpoint, networks
from sakuga.models.spec import ModelSpec
from sakuga.train.export import WRITERS, fill


def ship(weights: Path, spec: ModelSpec, folder: Path) -> tuple[Path, Path]:
    """Write the network `spec` with the weights in a file, rounded to 16 bits, as NAME.onnx and .safetensors.

    The .onnx holds the graph alone; ONNX calls it external data that its arrays lie in the other file, which
    is flat after its header. Returns both paths. Raises ModelError or OutputError where that cannot be.
    """
    network = networks.build(spec)
    fill(network, checkpoint.read(weights), half=True)
    # What the network derives from its weights the graph derives as well, or it would hold it beside them.
    network.train().eval()
    graph, tensors = (folder / f"{spec.name}{suffix}" for suffix in (".onnx", ".safetensors"))
    for path in (graph, tensors):
        with replacing(path) as partial:
            WRITERS[path.suffix](network, spec, partial, True)
    _share(graph, tensors)
    return graph, tensors


def _share(graph: Path, tensors: Path) -> None:
    """Let `graph` read from `tensors`, in the same folder, each array that has the same bytes there."""
    import onnx
    from onnx import external_data_helper

    reading: Any = onnx
    helper: Any = external_data_helper
    places, proto = _places(tensors), reading.load(graph)
    for each in proto.graph.initializer:
        if each.raw_data in places:
            offset = places[each.raw_data]
            helper.set_external_data(each, tensors.name, offset, len(each.raw_data))
            each.ClearField("raw_data")
    # Shapes in between, which whoever runs it finds anyway.
    del proto.graph.value_info[:]
    with replacing(graph) as partial:
        partial.write_bytes(proto.SerializeToString())


def _places(tensors: Path) -> dict[bytes, int]:
    """The bytes of each tensor of a .safetensors -> where they begin in the file."""
    content = tensors.read_bytes()
    first = 8 + int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8:first])
    spans = [each["data_offsets"] for name, each in header.items() if name != "__metadata__"]
    return {content[first + begin : first + end]: first + begin for begin, end in spans}
