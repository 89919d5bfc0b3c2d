import numpy as np
import pytest
import torch

from contract_backends import BackendContract, noise, single
from sakuga.engine.backend import Backend
from sakuga.engine.device import open_backend
from sakuga.engine.pytorch import PyTorchBackend
from sakuga.errors import DeviceError, OutOfMemory
from sakuga.models.load import Model


class TestPyTorch(BackendContract):
    def backend(self, model):
        return PyTorchBackend(model, "cpu")


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("MPS backend out of memory")]
)
def test_what_devices_say_when_full_is_out_of_memory(error):
    model = single()
    backend = PyTorchBackend(model, "cpu")

    def refuse(*_):
        raise error

    backend._module.forward = refuse
    program = backend.compile(8, 8, "uint8", "fp32")
    with pytest.raises(OutOfMemory, match="--tile"):
        program([noise(8, 8, 3)], None)


def test_other_faults_of_the_device_are_not_called_memory():
    backend = PyTorchBackend(single(), "cpu")

    def refuse(*_):
        raise RuntimeError("illegal instruction in kernel")

    backend._module.forward = refuse
    with pytest.raises(DeviceError, match="illegal instruction") as caught:
        backend.compile(8, 8, "uint8", "fp32")([noise(8, 8, 3)], None)
    assert not isinstance(caught.value, OutOfMemory)


def test_onnx_is_sent_to_the_other_backend(tmp_path):
    with pytest.raises(DeviceError, match="ONNX"):
        PyTorchBackend(Model(single().spec, None, tmp_path / "x.onnx"), "cuda")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device")
def test_cuda_where_there_is_none_is_a_sentence():
    with pytest.raises(DeviceError, match="--device cuda"):
        open_backend(single(), "cuda")


def test_an_unknown_device_names_the_known_ones():
    with pytest.raises(DeviceError, match=r"--device toaster.*auto, cpu"):
        open_backend(single(), "toaster")


def test_auto_is_openvino_on_a_machine_without_accelerator():
    if torch.cuda.is_available() or torch.backends.mps.is_available() or torch.xpu.is_available():
        pytest.skip("this machine has an accelerator")
    backend: Backend = open_backend(single(), "auto")
    assert backend.name == "OpenVINO"


def test_the_users_module_is_left_as_it_was():
    model = single()
    before = {k: v.clone() for k, v in model.module.state_dict().items()}
    PyTorchBackend(model, "cpu").compile(8, 8, "uint8", "bf16")([np.zeros((8, 8, 3), np.uint8)], None)
    assert all(torch.equal(v, before[k]) for k, v in model.module.state_dict().items())
