import subprocess
import sys
import tracemalloc

import numpy as np
import openvino
import psutil
import pytest
import torch

from contract_backends import BackendContract, Enlarger, noise, recurrent, reference, seeded, shot, single
from sakuga.engine import graph
from sakuga.engine.engine import Engine
from sakuga.engine.openvino import OpenVINOBackend
from sakuga.engine.precision import psnr
from sakuga.errors import DeviceError, ModelError
from sakuga.models import runtime
from sakuga.models.compact import Compact
from sakuga.models.load import Model


class TestOpenVINO(BackendContract):
    def backend(self, model):
        return OpenVINOBackend(model)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """An ONNX file with free sides, and one of a single size."""
    folder = tmp_path_factory.mktemp("onnx")
    sides = {2: torch.export.Dim("height", min=1), 3: torch.export.Dim("width", min=1)}
    network, x = seeded(Enlarger), torch.rand(1, 3, 20, 24)
    free, fixed = folder / "free.onnx", folder / "fixed.onnx"
    torch.onnx.export(network, (x,), free, dynamo=True, dynamic_shapes=[sides], verbose=False)
    torch.onnx.export(network, (x,), fixed, dynamo=True, verbose=False)
    return {"free": free, "fixed": fixed}


@pytest.mark.parametrize("kind", ["free", "fixed"])
@pytest.mark.filterwarnings("ignore")
def test_onnx_gives_what_the_module_gives(exported, kind):
    model = Model(single().spec, None, exported[kind])
    clip = shot(2, 32, 44)
    results = np.stack(
        list(
            Engine(
                model.spec, OpenVINOBackend(model), "fp32", None, None, color_lock=False, reuse="off"
            ).clip(list(clip))
        )
    )
    assert psnr(results, reference(single(), clip)) > 80


@pytest.mark.filterwarnings("ignore")
def test_onnx_runs_where_torch_is_not_installed(exported):
    script = f"""
import sys
sys.modules["torch"] = None
import numpy as np
from pathlib import Path
from sakuga.engine.engine import open_engine
from sakuga.models.load import load
engine = open_engine(load(Path({str(exported["free"])!r})))
print(next(engine.clip([np.zeros((9, 11, 3), np.uint8)])).shape)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(18, 22, 3)", done.stderr


def test_text_named_onnx_is_a_sentence(tmp_path):
    path = tmp_path / "novel.onnx"
    path.write_text("It was a dark and stormy night.")
    with pytest.raises(ModelError, match=r"novel\.onnx"):
        OpenVINOBackend(Model(single().spec, None, path))


def test_a_device_that_is_not_there_names_those_that_are():
    with pytest.raises(DeviceError, match=r"--device npu.*CPU"):
        OpenVINOBackend(single(), "NPU")


def test_bf16_is_close_where_the_processor_has_it():
    model = recurrent()
    backend = OpenVINOBackend(model)
    if "bf16" not in backend.precisions:
        pytest.skip("this processor has no bf16")
    clip = list(shot(3, 32, 32))
    fast = list(Engine(model.spec, backend, "bf16", None, None, color_lock=False, reuse="off").clip(clip))
    exact = list(Engine(model.spec, backend, "fp32", None, None, color_lock=False, reuse="off").clip(clip))
    assert psnr(np.stack(fast), np.stack(exact)) > 45


def test_predicted_memory_is_what_a_run_takes():
    """Within a factor of two, or the tile planner would be guessing."""
    model = recurrent()
    backend = OpenVINOBackend(model)
    side = 640
    program = backend.compile(side, side, "uint8", "fp32")
    frames, state = [noise(side, side, 3)] * 3, backend.state(side, side)
    process = psutil.Process()
    before = process.memory_info().rss
    program(frames, state)
    taken = process.memory_info().rss - before
    predicted = graph.live_bytes(graph.with_pixels(backend._graph, 3, side, side, "uint8"))
    assert taken / 2 < predicted < taken * 2


def test_a_long_clip_takes_no_more_memory_than_a_short_one():
    model = recurrent()
    engine = Engine(model.spec, OpenVINOBackend(model), "fp32", None, None, color_lock=False, reuse="off")
    frame = noise(32, 32, 3)
    clip = engine.clip(frame for _ in range(400))
    for _ in range(50):
        next(clip)
    tracemalloc.start()
    rss = psutil.Process().memory_info().rss
    for _ in clip:
        pass
    assert tracemalloc.get_traced_memory()[0] < 2**20
    tracemalloc.stop()
    assert psutil.Process().memory_info().rss - rss < 2**24


@pytest.mark.filterwarnings("ignore")
def test_activations_of_an_onnx_file_are_part_of_its_convolutions(tmp_path):
    """PyTorch writes slopes as (C, 1, 1), of which OpenVINO makes steps of their own."""
    network, x, path = seeded(lambda: Compact(2, 16, 2)), torch.rand(1, 3, 16, 24), tmp_path / "small.onnx"
    torch.onnx.export(network, (x,), path, dynamo=False, verbose=False)

    def run(model):
        compiled = runtime.core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        layers = [node.get_rt_info()["layerType"].get() for node in compiled.get_runtime_model().get_ops()]
        return layers, compiled([x.numpy()])[0]

    plain = runtime.core().read_model(path)
    (before, wanted), (after, found) = run(plain.clone()), run(graph.aligned(plain))
    assert before.count("Eltwise") - after.count("Eltwise") == 3
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_slopes_that_differ_from_pixel_to_pixel_stay():
    x = graph.ops.parameter([1, 2, 3, 4], np.float32)
    prelu = graph.ops.prelu(x, graph.ops.constant(np.ones((2, 3, 4), np.float32)))
    model = graph.aligned(openvino.Model([graph.ops.result(prelu)], [x], "keras"))
    assert list(model.output(0).get_node().input_value(0).get_node().input_value(1).get_shape()) == [2, 3, 4]
