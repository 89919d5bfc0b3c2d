"""Batches for the device: samples in their order, prepared by workers ahead of the step that wants them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from sakuga.degrade.pipeline import Sample
from sakuga.train.machine import Machine
from sakuga.train.order import Order
from sakuga.train.recipe import Data, Recipe
from sakuga.train.teacher import Batch

Arrays = Mapping[str, NDArray[np.float32]]
"""`lq`, `gt` and `pseudo_gt` of one sample, or those of scenes: (3, h, w) or (n, 3, h, w), RGB in [0, 1]."""


class Samples(Protocol):
    """What can be learned from, numbered for ever: number // len(self) is the epoch."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> Arrays: ...


@runtime_checkable
class Explained(Protocol):
    """Samples that know what was done to them."""

    def degradation(self, number: int) -> Sample: ...


class Feed:
    """An endless row of batches; `waited` tells how long the last one was waited for."""

    def __init__(self, samples: Samples, order: Order, data: Data, device: torch.device) -> None:
        self._data, self._device = data, device
        load: Any = DataLoader
        loader = load(
            samples,
            batch_sampler=order,
            num_workers=data.workers,
            pin_memory=device.type == "cuda",
            prefetch_factor=4 if data.workers else None,
            persistent_workers=data.workers > 0,
            multiprocessing_context="spawn" if data.workers else None,
            worker_init_fn=_one_core,
            # Else it draws from the chance that the network learns with, at every start.
            generator=torch.Generator(),
        )
        self._batches: Iterator[dict[str, Tensor]] = iter(loader)
        self.waited = 0.0
        """Seconds."""

    def __next__(self) -> Batch:
        began = time.perf_counter()
        batch = next(self._batches)
        self.waited = time.perf_counter() - began
        wanted = batch if self._data.kind in ("scenes", "stylegan") else self._wanted(batch)
        return {name: tensor.to(self._device, non_blocking=True) for name, tensor in wanted.items()}

    def _wanted(self, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        parts = {"lq": "lq", "target": self._data.target_part, "real": self._data.real}
        return {name: batch[part] for name, part in parts.items() if part in batch}


def order_of(recipe: Recipe, samples: Samples, machine: Machine, step: int) -> Order:
    """Which samples this process has its part of, from `step` on."""
    data = recipe.data
    return Order(
        len(samples),
        data.batch,
        recipe.run.seed,
        step,
        machine.process,
        machine.processes,
        data.crops,
    )


def _one_core(_worker: int) -> None:
    """Workers are processes; each keeps to one core."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
