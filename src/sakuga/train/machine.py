"""The machines that a run learns on: devices, processes and mixed precision, all by accelerate."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, cast

import accelerate
import torch
from accelerate.utils import DistributedDataParallelKwargs
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from sakuga.engine.device import accelerator
from sakuga.engine.devices import devices
from sakuga.train.recipe import Arithmetic

_NAMES = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def afforded(precision: Arithmetic, device: str = "auto") -> Arithmetic:
    """`precision`, or fp32 where only a processor is there that has to imitate it, in nine times the time."""
    if precision != "bf16" or (device != "cpu" and accelerator()):
        return precision
    able = next((found.precisions for found in devices() if found.flag == "cpu"), ())
    return "bf16" if "bf16" in able else "fp32"


class Machine:
    """This process, one of maybe many that learn the same network."""

    def __init__(self, precision: Arithmetic = "fp32", device: str = "auto") -> None:
        """precision: as far as it is `afforded`. device: auto, or cpu to leave a GPU alone."""
        self.precision = afforded(precision, device)
        # Critics run twice before they learn, and their spectral norms must not be overwritten in between.
        parallel: Any = DistributedDataParallelKwargs(broadcast_buffers=False)
        self._accelerator: Any = accelerate.Accelerator(
            mixed_precision=_NAMES[self.precision], cpu=device == "cpu", kwargs_handlers=[parallel]
        )

    @property
    def device(self) -> torch.device:
        return self._accelerator.device

    @property
    def process(self) -> int:
        """0 for the one that writes and speaks."""
        return self._accelerator.process_index

    @property
    def processes(self) -> int:
        return self._accelerator.num_processes

    @property
    def scaler(self) -> Any:  # noqa: ANN401 - a GradScaler, whichever the device has
        """What keeps small fp16 gradients alive; None in other precisions."""
        return self._accelerator.scaler

    def learning(
        self, module: nn.Module, rate: float, betas: tuple[float, float]
    ) -> tuple[nn.Module, Optimizer]:
        """The module here, and Adam for all of it that is to learn; both `ready`."""
        module = module.to(self.device)
        learns = [each for each in module.parameters() if each.requires_grad]
        return self.ready(module, Adam(learns, lr=rate, betas=betas))

    def ready(self, module: nn.Module, optimiser: Optimizer) -> tuple[nn.Module, Optimizer]:
        """The two, wrapped as several processes and mixed precision need it."""
        return self._accelerator.prepare(module, optimiser)

    def bare(self, module: nn.Module) -> nn.Module:
        """`module` without any wrapping."""
        return cast("nn.Module", self._accelerator.unwrap_model(module, keep_torch_compile=False))

    def autocast(self) -> AbstractContextManager[None]:
        return self._accelerator.autocast()

    def backward(self, loss: Tensor) -> None:
        self._accelerator.backward(loss)

    def clip(self, module: nn.Module, norm: float) -> None:
        """Shorten the gradient of `module` to `norm`, if it is longer."""
        self._accelerator.clip_grad_norm_(module.parameters(), norm)

    def mean(self, value: Tensor) -> Tensor:
        """Of all processes."""
        return self._accelerator.reduce(value, "mean")

    def wait(self) -> None:
        """Until all processes are here."""
        self._accelerator.wait_for_everyone()
