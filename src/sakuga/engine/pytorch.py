"""PyTorch: CUDA, ROCm, MPS and XPU, and the CPU where OpenVINO cannot go."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sakuga.engine import memory, strips
from sakuga.engine.backend import Depth, Precision, State
from sakuga.errors import DeviceError, OutOfMemory
from sakuga.media.frames import Pixels
from sakuga.models.load import Model

DTYPES: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PROBE = 128
SHARE = {"cuda": 0.8, "xpu": 0.8, "mps": 0.5, "cpu": 0.5}
"""Part of the free memory that one tile may take; where the system shares it, others need some too."""


class PyTorchProgram:
    def __init__(self, network: nn.Module, device: torch.device, precision: Precision) -> None:
        self._network, self._device, self._dtype = network, device, DTYPES[precision]
        self._channels = int(getattr(network, "state_channels", 0))

    def __call__(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        try:
            with torch.inference_mode():
                return self._run(frames, state)
        except torch.OutOfMemoryError as error:
            _release(self._device)
            raise OutOfMemory(f"{self._device} ran out of memory; a smaller --tile needs less.") from error
        except RuntimeError as error:
            if "out of memory" not in str(error).lower() and "can't allocate" not in str(error).lower():
                raise DeviceError(f"PyTorch could not run the network on {self._device}: {error}") from error
            raise OutOfMemory(f"{self._device} ran out of memory; a smaller --tile needs less.") from error

    def _run(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        depth = frames[0].dtype
        white = float(np.iinfo(depth).max)
        window = torch.cat([self._upload(frame) for frame in frames], 1).to(self._dtype).div_(white)
        window = window.contiguous(memory_format=torch.channels_last)
        after: Tensor | None = None
        if self._channels == 0 and state is not None:
            image: Tensor = self._network(window, state.to(self._device))
        elif self._channels == 0:
            image = self._network(window)
        elif state is None:
            image, _ = self._network(window, window.new_zeros(1, self._channels, *window.shape[2:]))
        else:
            image, after = self._network(window, state.to(self._device, self._dtype))
        levels = image.float().clamp_(0, 1).mul_(white).round_()[0].permute(1, 2, 0)
        whole = levels.to(torch.uint8 if depth == np.uint8 else torch.int32).contiguous().cpu().numpy()
        return whole.astype(depth, copy=False), after if self._channels else state

    def _upload(self, frame: Pixels) -> Tensor:
        """(h, w, 3) to (1, 3, h, w) on the device; 16-bit levels travel as int32, known everywhere."""
        plain = frame if frame.dtype == np.uint8 else frame.astype(np.int32)
        tensor: Tensor = torch.as_tensor(np.ascontiguousarray(plain))
        tensor = tensor.pin_memory() if self._device.type == "cuda" else tensor
        return tensor.to(self._device, non_blocking=True).permute(2, 0, 1)[None].float()


class PyTorchBackend:
    """`model` on one of PyTorch's devices."""

    name = "PyTorch"
    fixed = None

    def __init__(self, model: Model, device: str) -> None:
        if model.module is None:
            raise DeviceError(f"--device {device}: an ONNX model runs through OpenVINO; use --device cpu.")
        try:
            self._device = torch.device(device)
            torch.zeros(1, device=self._device)
        except (RuntimeError, AssertionError, ValueError) as error:
            raise DeviceError(f"--device {device}: PyTorch cannot use it here ({error}).") from error
        self._spec = model.spec
        module: Any = model.module
        self._module: nn.Module = module.recurrent_cell if model.spec.recurrent else module
        self.device = f"{self._device} ({_chip(self._device)})"
        self.precisions = self._able()
        self._networks: dict[Precision, nn.Module] = {}

    def _able(self) -> tuple[Precision, ...]:
        if self._device.type == "cpu":
            return ("fp32",)
        # fp16 keeps more digits than bf16 where the network's range allows it, at the same speed.
        return (*sorted(self._spec.half, key=("fp16", "bf16").index), "fp32")

    def compile(self, height: int, width: int, depth: Depth, precision: Precision) -> PyTorchProgram:
        del height, width, depth
        return PyTorchProgram(self._network(precision), self._device, precision)

    def _network(self, precision: Precision) -> Any:  # noqa: ANN401 - each has its own parts
        if precision not in self._networks:
            self._networks[precision] = _copy(self._module, self._device, DTYPES[precision])
        return self._networks[precision]

    def state(self, height: int, width: int) -> State:
        """On the device where it takes little of it, else on the host, from where tiles travel one by one."""
        cell: Any = self._module
        shape = (1, int(cell.state_channels), height, width)
        fits = 4 * np.prod(shape) < self._free() / 8
        return torch.zeros(shape, device=self._device if fits else "cpu")

    def statistics(self, frame: Pixels) -> State:
        """On the host."""
        return strips.statistics(self._network("fp32"), frame, self._device)

    def strips(self, frame: Pixels) -> Iterator[Pixels] | None:
        return strips.Strips(self._network("fp32"), frame, self._device).bands()

    def room(self) -> int:
        return int(SHARE.get(self._device.type, 0.5) * self._free() / self._bytes_per_pixel)

    def _free(self) -> int:
        if self._device.type == "cuda":
            cached = torch.cuda.memory_reserved(self._device) - torch.cuda.memory_allocated(self._device)
            return torch.cuda.mem_get_info(self._device)[0] + cached
        if self._device.type == "xpu":
            return torch.xpu.mem_get_info(self._device)[0]
        return memory.available()

    @cached_property
    def _bytes_per_pixel(self) -> float:
        """Measured on a small tile where the device counts its memory, else a guess from the widest layer."""
        if self._device.type != "cuda":
            return 4.0 * 4 * max((p.shape[0] for p in self._module.parameters() if p.ndim == 4), default=64)
        frames = [np.zeros((PROBE, PROBE, 3), np.uint8)] * self._spec.window
        program = self.compile(PROBE, PROBE, "uint8", "fp32")
        torch.cuda.reset_peak_memory_stats(self._device)
        before = torch.cuda.memory_allocated(self._device)
        program(frames, None)
        return (torch.cuda.max_memory_allocated(self._device) - before) / PROBE**2


def _copy(module: nn.Module, device: torch.device, dtype: torch.dtype) -> nn.Module:
    from copy import deepcopy

    copied: Any = deepcopy(module).eval().to(device=device, dtype=dtype)
    return copied.to(memory_format=torch.channels_last)


def _chip(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "generic"


def _release(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.empty_cache()
