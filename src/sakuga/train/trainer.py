"""One step of learning: the network against its losses, then the critic against the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn

from sakuga.losses.adversarial import fooling, judging
from sakuga.losses.grid import grid_loss
from sakuga.losses.perceptual import Perceptual
from sakuga.losses.pixel import PIXEL
from sakuga.losses.window import window
from sakuga.models.critics import CRITICS
from sakuga.train import networks
from sakuga.train.average import averaged
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.teacher import Batch, Taught


class Trainer:
    """The learning parts of a run, on their device; `step` is all that happens to them."""

    def __init__(
        self, recipe: Recipe, machine: Machine, views: Mapping[str, Perceptual] | None = None
    ) -> None:
        """views: the perceptual losses by their name in the recipe."""
        self._recipe, self._machine = recipe, machine
        self._pixel = PIXEL[recipe.losses.pixel]
        self._views = {name: view.to(machine.device) for name, view in (views or {}).items()}
        network = networks.build(recipe.model)
        if recipe.run.channels_last:
            cast("Any", network).to(memory_format=torch.channels_last)
        if recipe.run.compile:
            cast("Any", network).compile()
        self.network, self.optimiser = self._ready(network, recipe.schedule.rate)
        self.critic: nn.Module | None = None
        self.critic_optimiser: Any = None
        if recipe.losses.critic:
            rate = recipe.schedule.critic_rate or recipe.schedule.rate
            self.critic, self.critic_optimiser = self._ready(CRITICS[recipe.losses.critic](), rate)
        self.average = averaged(machine.bare(self.network), recipe.schedule.ema)
        self.slowdown = 1.0
        """Share of the recipe's rates that is left after what went wrong."""

    @property
    def learned(self) -> nn.Module:
        """The network that is shown and exported: the average where there is one."""
        if self.average is not None:
            return self.average.module
        return self._machine.bare(self.network)

    @property
    def parts(self) -> dict[str, Any]:
        """All that a run must remember, by name."""
        parts = {
            "network": self.network,
            "optimiser": self.optimiser,
            "average": self.average,
            "critic": self.critic,
            "critic_optimiser": self.critic_optimiser,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def step(self, batch: Batch, step: int) -> Taught:
        """Learn from one batch; `step` counts from 0 and decides the rate."""
        self._set_rates(step)
        losses, result = self._teach(batch, step)
        if self.critic is not None:
            losses |= self._teach_critic(self._seen(batch["real"], step), self._seen(result.detach(), step))
        if self.average is not None:
            self.average.update_parameters(self._machine.bare(self.network))
        return Taught({name: loss.detach() for name, loss in losses.items()}, result.detach())

    def rate(self, step: int) -> float:
        """The network's rate at `step`."""
        return self._recipe.schedule.rate * self._recipe.schedule.share(step) * self.slowdown

    def _teach(self, batch: Batch, step: int) -> tuple[dict[str, Tensor], Tensor]:
        self.network.train()
        if self.critic is not None:
            self.critic.requires_grad_(requires_grad=False)
        self.optimiser.zero_grad(set_to_none=True)
        with self._machine.autocast():
            result = self.network(batch["lq"])
            losses = self._losses(result, batch["target"], step)
        self._machine.backward(losses["total"])
        if self._recipe.schedule.clip:
            self._machine.clip(self.network, self._recipe.schedule.clip)
        self.optimiser.step()
        return losses, result

    def _losses(self, result: Tensor, target: Tensor, step: int) -> dict[str, Tensor]:
        """Each term as it counts in the sum, and the sum as `total`."""
        told = self._recipe.losses
        losses = {"pixel": told.pixel_weight * self._pixel(result, target)}
        if told.grid:
            losses["grid"] = told.grid * grid_loss(result, target)
        seen, wanted = self._seen(result, step), self._seen(target, step)
        for name, view in self._views.items():
            losses[name] = told.perceptual[name] * view(seen, wanted)
        if self.critic is not None:
            losses["adversarial"] = told.adversarial_weight * fooling(self.critic(_frames(seen)), told.game)
        return losses | {"total": torch.stack(list(losses.values())).sum()}

    def _seen(self, pictures: Tensor, step: int) -> Tensor:
        """What the networks among the losses look at in `step`."""
        return window(pictures, self._recipe.losses.window, step)

    def _teach_critic(self, real: Tensor, made: Tensor) -> dict[str, Tensor]:
        assert self.critic is not None, "there is a critic to teach"
        self.critic.requires_grad_(requires_grad=True)
        self.critic_optimiser.zero_grad(set_to_none=True)
        with self._machine.autocast():
            loss = judging(self.critic(_frames(real)), self.critic(_frames(made)), self._recipe.losses.game)
        self._machine.backward(loss)
        self.critic_optimiser.step()
        return {"critic": loss}

    def _ready(self, module: nn.Module, rate: float) -> tuple[nn.Module, Any]:
        return self._machine.learning(module, rate, self._recipe.schedule.betas)

    def _set_rates(self, step: int) -> None:
        schedule = self._recipe.schedule
        share = schedule.share(step) * self.slowdown
        rates = (schedule.rate, schedule.critic_rate or schedule.rate)
        for optimiser, rate in zip((self.optimiser, self.critic_optimiser), rates, strict=True):
            if optimiser is not None:
                for group in optimiser.param_groups:
                    group["lr"] = rate * share


def _frames(pictures: Tensor) -> Tensor:
    """Critics judge frames one by one."""
    return pictures.flatten(0, 1) if pictures.ndim == 5 else pictures
