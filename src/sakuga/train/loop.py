"""The loop: batches in, steps, now and then a log, a validation, a checkpoint; it can stop anywhere."""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch

from sakuga.errors import InputError, SakugaError
from sakuga.train import state
from sakuga.train.events import Began, Noted, OnEvent, Saved, Stepped, Validated, ignore
from sakuga.train.feed import Feed, Samples, order_of
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.teachers import teacher_of
from sakuga.train.views import View

NEWEST = f"newest{state.SUFFIX}"
RETRIES = 5
"""Times that a run goes back to its last good state before it gives up."""
SLOWER = 0.5
"""Share of its rates that is left each time."""

Validate = Callable[[torch.nn.Module, int], Validated]


class _Since:
    """What has gathered since the last log."""

    def __init__(self, device: torch.device) -> None:
        self.began, self.steps, self.waited = time.perf_counter(), 0, 0.0
        self.sums: dict[str, torch.Tensor] = defaultdict(lambda: torch.zeros((), device=device))

    def add(self, losses: Mapping[str, torch.Tensor], waited: float) -> None:
        self.steps, self.waited = self.steps + 1, self.waited + waited
        for name, loss in losses.items():
            self.sums[name] += loss


class Loop:
    """One run of a recipe in a folder, from its newest checkpoint on where there is one."""

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        samples: Samples,
        machine: Machine,
        *,
        views: Mapping[str, View] | None = None,
        validate: Validate | None = None,
        on_event: OnEvent = ignore,
    ) -> None:
        if recipe.data.batch % machine.processes:
            raise InputError(
                f"data.batch is {recipe.data.batch}; with {machine.processes} processes it is a multiple of"
                " that."
            )
        cast("Any", torch).manual_seed(recipe.run.seed)
        losses = {name: view.loss for name, view in (views or {}).items()}
        self._recipe, self._folder, self._samples, self._machine = recipe, folder, samples, machine
        self._validate, self._tell = validate, on_event if machine.process == 0 else ignore
        self.trainer = teacher_of(recipe, machine, losses)
        self.step = 0
        """Steps that are done."""
        self._resume()
        self._good = state.copied(self._captured())
        self._retries = 0

    def run(self, until: int | None = None) -> None:
        """Learn to the recipe's last step, or to `until`. Raises SakugaError where it will not converge."""
        last = min(until or self._recipe.schedule.steps, self._recipe.schedule.steps)
        parameters = sum(part.numel() for part in self.trainer.learned.parameters())
        self._tell(Began(self.step, self._recipe.schedule.steps, parameters, str(self._machine.device)))
        feed, since = self._feed(), self._since()
        while self.step < last:
            batch = next(feed)
            taught = self.trainer.step(batch, self.step)
            self.step += 1
            since.add(taught.losses, feed.waited)
            due = partial(self._due, last=last)
            if not self._sound(taught.losses, due):
                self._go_back()
                feed, since = self._feed(), self._since()
                continue
            if due(self._recipe.run.log_every):
                self._log(since)
                since = self._since()
            if self._validate is not None and due(self._recipe.run.validate_every):
                self._tell(self._validate(self.trainer.learned, self.step))
            if due(self._recipe.run.save_every):
                self.save()

    def save(self) -> Path:
        """Write the newest checkpoint; returns where it is."""
        path = self._folder / NEWEST
        self._good = state.copied(self._captured())
        if self._machine.process == 0:
            state.write(path, self._good)
        self._machine.wait()
        self._tell(Saved(self.step, path))
        return path

    def _due(self, every: int, last: int) -> bool:
        return self.step % every == 0 or self.step == last

    def _sound(self, losses: Mapping[str, torch.Tensor], due: Callable[[int], bool]) -> bool:
        """Whether all losses are numbers; to ask a GPU costs time, so that it is asked now and then."""
        run = self._recipe.run
        if self._machine.device.type != "cpu" and not (due(run.log_every) or due(run.save_every)):
            return True
        return bool(torch.isfinite(self._machine.mean(torch.stack(list(losses.values())))).all())

    def _go_back(self) -> None:
        """To the last good state, slower."""
        self._retries += 1
        if self._retries > RETRIES:
            raise SakugaError(
                f"{self._recipe.name}: the losses are no numbers any more, although the rate was halved"
                f" {RETRIES} times; begin with a lower schedule.rate than {self._recipe.schedule.rate:g}."
            )
        failed, slowdown = self.step, self.trainer.slowdown * SLOWER
        state.restore(self._good, self.trainer, self._machine)
        self.step, self.trainer.slowdown = self._good["step"], slowdown
        self._tell(
            Noted(
                f"A loss of step {failed} is no number: back to step {self.step}, at {slowdown:g} times the"
                " recipe's rate."
            )
        )

    def _log(self, since: _Since) -> None:
        seconds = time.perf_counter() - since.began
        means = {name: float(self._machine.mean(total)) / since.steps for name, total in since.sums.items()}
        samples = since.steps * self._recipe.data.batch / seconds
        rate = self.trainer.rate(self.step - 1)
        self._tell(Stepped(self.step, means, rate, samples, since.waited / seconds))

    def _since(self) -> _Since:
        return _Since(self._machine.device)

    def _feed(self) -> Feed:
        order = order_of(self._recipe, self._samples, self._machine, self.step)
        return Feed(self._samples, order, self._recipe.data, self._machine.device)

    def _captured(self) -> dict[str, Any]:
        return state.capture(self.trainer, self._machine, self._recipe, self.step)

    def _resume(self) -> None:
        """Go on from the folder's newest checkpoint. Raises InputError where it is another recipe's."""
        path = self._folder / NEWEST
        if not path.is_file():
            return
        checkpoint = state.read(path)
        if (changed := _changed(checkpoint.recipe, self._recipe)) is not None:
            raise InputError(
                f"{path} was learned with another {changed}; choose another --out, or remove it."
            )
        state.restore(checkpoint.content, self.trainer, self._machine)
        self.step = checkpoint.step


def _changed(before: Recipe, now: Recipe) -> str | None:
    """The part of a recipe that differs and decides what is learned; more steps are no change, but with
    epochs, which they make longer."""
    parts = ("model", "data", "losses", "translation", "adaptation", "schedule")
    for name in parts:
        old, new = getattr(before, name), getattr(now, name)
        if name == "schedule" and not new.epochs:
            old = dataclasses.replace(old, steps=new.steps)
        if name == "data":
            old = dataclasses.replace(old, workers=new.workers, validation=new.validation)
        if old != new:
            return name
    return None if before.run.seed == now.run.seed else "run.seed"
