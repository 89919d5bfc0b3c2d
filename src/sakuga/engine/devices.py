"""The devices of this machine that a network can run on, and the one that --device auto takes."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass

from sakuga.engine.device import accelerator
from sakuga.models import runtime
from sakuga.models.load import has_torch


@dataclass(frozen=True, slots=True)
class Device:
    """One device."""

    flag: str
    """What --device calls it."""
    name: str
    """What its maker calls it."""
    backend: str
    """OpenVINO or PyTorch."""
    precisions: tuple[str, ...]
    """What its arithmetic can do."""


def devices() -> list[Device]:
    """All that OpenVINO finds, then all that PyTorch finds, where that is installed."""
    return [*_openvino(), *(_pytorch() if has_torch() else ())]


def automatic() -> str:
    """The device that --device auto takes for a model of the catalog."""
    return (accelerator() if has_torch() else None) or "cpu"


def _openvino() -> Iterator[Device]:
    core = runtime.core()
    for found in core.available_devices:
        able = core.get_property(found, "OPTIMIZATION_CAPABILITIES")
        precisions = tuple(kind.lower() for kind in ("FP32", "BF16", "FP16") if kind in able)
        name = str(core.get_property(found, "FULL_DEVICE_NAME")).strip()
        yield Device(found.lower().replace(".", ":"), name, "OpenVINO", precisions)


def _pytorch() -> Iterator[Device]:
    import torch

    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        halves = ("bf16",) if torch.cuda.is_bf16_supported() else ()
        name = torch.cuda.get_device_name(index)
        yield Device(f"cuda:{index}", name, "PyTorch", ("fp32", *halves, "fp16"))
    if torch.backends.mps.is_available():
        yield Device("mps", platform.processor() or "Apple", "PyTorch", ("fp32", "fp16"))
    for index in range(torch.xpu.device_count() if torch.xpu.is_available() else 0):
        yield Device(f"xpu:{index}", torch.xpu.get_device_name(index), "PyTorch", ("fp32", "bf16", "fp16"))
