"""From the word after --device to the backend that runs the model there."""

from __future__ import annotations

from sakuga.engine.backend import Backend
from sakuga.errors import DeviceError
from sakuga.models.load import Model, has_torch

PYTORCH = ("cuda", "mps", "xpu")
"""Devices that PyTorch serves, best first; ROCm calls itself cuda."""
OPENVINO = ("cpu", "gpu", "npu")
"""Devices that OpenVINO serves; its gpu is Intel's."""


def open_backend(model: Model, device: str = "auto", workers: int = 1) -> Backend:
    """The backend for `device`: auto, cpu, cuda[:N], mps, xpu, gpu (Intel, OpenVINO), npu, or torch-cpu.

    workers: processes that share the cores of a CPU.
    auto takes the first accelerator that PyTorch can use, then the CPU through OpenVINO.
    Raises DeviceError, naming --device, where there is no such device or it cannot run this model.
    """
    kind = device.split(":")[0].lower()
    if kind == "auto":
        found = accelerator() if model.module is not None else None
        return open_backend(model, found or "cpu", workers)
    if kind in OPENVINO:
        from sakuga.engine.openvino import OpenVINOBackend

        return OpenVINOBackend(model, device.upper().replace(":", "."), workers)
    if kind in PYTORCH or kind == "torch-cpu":
        return _pytorch(model, "cpu" if kind == "torch-cpu" else device.lower())
    known = ", ".join(("auto", *OPENVINO, *PYTORCH, "torch-cpu"))
    raise DeviceError(f"--device {device}: no such device; choose one of {known}.")


def _pytorch(model: Model, device: str) -> Backend:
    if not has_torch():
        raise DeviceError(f'--device {device} needs PyTorch: python -m pip install "sakuga[torch]".')
    from sakuga.engine.pytorch import PyTorchBackend

    return PyTorchBackend(model, device)


def accelerator() -> str | None:
    """The first of PYTORCH's devices that PyTorch, which must be installed, can use here."""
    import torch

    able = {
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
        "xpu": torch.xpu.is_available,
    }
    return next((name for name in PYTORCH if able[name]()), None)


def for_torch(name: str) -> str:
    """What PyTorch, which must be installed, calls --device `name`: auto, cpu, cuda[:N], mps or xpu.

    Raises DeviceError, naming it, where there is no such device or it cannot be used here.
    """
    import torch

    if name == "auto":
        return accelerator() or "cpu"
    if name.split(":")[0] not in ("cpu", *PYTORCH):
        raise DeviceError(f"--device {name}: no such device; choose one of auto, cpu, {', '.join(PYTORCH)}.")
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(f"--device {name}: PyTorch cannot use it here.") from error
    return name
