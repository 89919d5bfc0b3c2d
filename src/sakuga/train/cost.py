"""What a run costs, as far as a few of its batches and steps tell: time and memory."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from sakuga.engine import memory
from sakuga.train.feed import Feed, Samples, order_of
from sakuga.train.loop import Validate
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.teacher import Teacher

ROUNDS = 2
"""Batches of each worker that are timed, after one that is not."""
STEPS = (3, 20)
"""Steps that are timed: at least, at most."""
ENOUGH = 5.0
"""Seconds of steps after which no more of them are made than at least."""

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Fed:
    """What the feed gives, and at what price."""

    first: Tensors
    """The first batch."""
    last: Tensors
    """Another."""
    seconds: float
    """Between two batches where nothing but data is made."""
    memory: int
    """Bytes of the workers, all together."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a whole run."""

    computing: float
    """Seconds of one step, its data not counted."""
    data: float
    """Seconds between two batches where nothing but data is made."""
    step: float
    """Seconds of one step and of waiting for its data."""
    validation: float
    """Seconds of one; 0 where nothing is held out."""
    hours: float
    """Of all steps and validations of the schedule."""
    memory: int
    """Most bytes of this process."""
    workers: int
    """Bytes of those that prepare data, all together."""
    device: int | None
    """Most bytes on the GPU; None on a CPU."""

    @property
    def waiting(self) -> float:
        """Share of a step, 0..1, that goes into waiting for data."""
        return 1 - self.computing / self.step


def fed(recipe: Recipe, samples: Samples, machine: Machine) -> Fed:
    """Batches from the run's own feed, whose workers end with this."""
    feed = Feed(samples, order_of(recipe, samples, machine, 0), recipe.data, machine.device)
    each = max(1, recipe.data.workers)
    first = batch = next(feed)
    for _ in range(each - 1):
        batch = next(feed)
    began = time.perf_counter()
    for _ in range(ROUNDS * each):
        batch = next(feed)
    seconds = (time.perf_counter() - began) / (ROUNDS * each)
    return Fed(first, batch, seconds, memory.children() if recipe.data.workers else 0)


def cost(recipe: Recipe, data: Fed, trainer: Teacher, validate: Validate | None, machine: Machine) -> Cost:
    """Learn and validate a few times, and reckon up."""
    schedule, computing = recipe.schedule, _taught(trainer, data.last)
    step = _step(computing, data.seconds, recipe.data.workers, machine.device)
    validation = _checked(validate, trainer)
    validations = -(-schedule.steps // recipe.run.validate_every)
    return Cost(
        computing=computing,
        data=data.seconds,
        step=step,
        validation=validation,
        hours=(schedule.steps * step + validations * validation) / 3600,
        memory=memory.peak(),
        workers=data.memory,
        device=torch.cuda.max_memory_reserved(machine.device) if machine.device.type == "cuda" else None,
    )


def _taught(trainer: Teacher, batch: Tensors) -> float:
    """Seconds of a step on a batch that is there, the median of some; to ask for a loss waits for a GPU."""
    times: list[float] = []
    least, most = STEPS
    for _ in range(2):
        float(trainer.step(batch, 0).losses["total"])
    while len(times) < least or (len(times) < most and sum(times) < ENOUGH):
        began = time.perf_counter()
        float(trainer.step(batch, 0).losses["total"])
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _step(computing: float, data: float, workers: int, device: torch.device) -> float:
    """Workers make data while the network learns; on a CPU both want the same cores."""
    if not workers:
        return computing + data
    cores = os.cpu_count() or 1
    work = computing * min(torch.get_num_threads(), cores) + data * min(workers, cores)
    return max(computing, data, work / cores if device.type == "cpu" else 0.0)


def _checked(validate: Validate | None, trainer: Teacher) -> float:
    if validate is None:
        return 0.0
    began = time.perf_counter()
    validate(trainer.learned, 0)
    return time.perf_counter() - began
