"""One step of teaching a generator a style: its coarse layers stay, and so does what its pictures show.

Source: Scenimefy (ICCV 2023), section 3.1, and StyleGAN2 (Karras et al., CVPR 2020) for the game: logistic,
with the critic's gradient penalised now and then, and Adam's numbers set for that.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.errors import InputError
from sakuga.losses.likeness import cut, patch_contrast, places, unlike
from sakuga.losses.perceptual import Perceptual
from sakuga.models.generators import start_of_critic
from sakuga.models.stylegan2 import LATENT, StyleGAN2
from sakuga.models.stylegan2_critic import StyleGAN2Critic
from sakuga.train import networks
from sakuga.train.average import averaged
from sakuga.train.encoder import Encoder, encoder_of
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.teacher import Batch, Taught

SHARE = 4 / 5
"""Of the generator's rate, and power of its betas: as if its paths were penalised every four steps."""


class StyleTrainer:
    """A generator, its critic and its source; `step` is all that happens to them."""

    def __init__(
        self,
        recipe: Recipe,
        machine: Machine,
        views: Mapping[str, Perceptual] | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        """views: perceptual losses by their name in the recipe; encoder: None for the recipe's."""
        self._recipe, self._machine, told = recipe, machine, recipe.adaptation
        network = cast("StyleGAN2", networks.build(recipe.model))
        if told.side > network.size:
            raise InputError(f"adaptation.side is {told.side}; pictures have {network.size} pixels.")
        self.source = copy.deepcopy(network).requires_grad_(requires_grad=False).to(machine.device)
        """The generator before it learned anything; it never changes."""
        learning(network, told.blocks)
        critic = StyleGAN2Critic(network.size, network.multiplier)
        if recipe.model.start:
            start_of_critic(critic, recipe.model.start)
        self._views = {name: view.to(machine.device) for name, view in (views or {}).items()}
        self._encoder = encoder or cast("Any", encoder_of(told.encoder)).to(machine.device)
        schedule = recipe.schedule
        self._shares = SHARE, told.penalty_every / (told.penalty_every + 1)
        self.network, self.optimiser = self._ready(network, self._shares[0])
        self.critic, self.critic_optimiser = self._ready(critic, self._shares[1])
        self.average = averaged(machine.bare(self.network), schedule.ema)
        self.slowdown = 1.0

    @property
    def learned(self) -> nn.Module:
        """The network that is shown and exported: the average where there is one."""
        return self.average.module if self.average is not None else self._machine.bare(self.network)

    @property
    def parts(self) -> dict[str, Any]:
        """All that a run must remember, by name."""
        parts = {
            "network": self.network,
            "optimiser": self.optimiser,
            "average": self.average,
            "source": self.source,
            "critic": self.critic,
            "critic_optimiser": self.critic_optimiser,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def step(self, batch: Batch, step: int) -> Taught:
        """Learn from drawings (b, 3, size, size) in [0, 1]; `step` counts from 0 and decides all chance."""
        self._set_rates(step)
        chance = torch.Generator().manual_seed(1_000_003 * self._recipe.run.seed + step)
        drawings = 2 * batch["drawing"] - 1
        losses = self._teach_critic(drawings, self._drawn(len(drawings), chance), step)
        losses |= self._teach(self._drawn(len(drawings), chance), chance)
        if self.average is not None:
            self.average.update_parameters(self._machine.bare(self.network))
        made = losses.pop("made")
        return Taught({name: loss.detach() for name, loss in losses.items()}, made.detach())

    def rate(self, step: int) -> float:
        """The network's rate at `step`."""
        schedule = self._recipe.schedule
        return schedule.rate * self._shares[0] * schedule.share(step) * self.slowdown

    def _drawn(self, count: int, chance: torch.Generator) -> tuple[Tensor, list[Tensor]]:
        """Styles (count, latents, 512) and noise, which both generators get."""
        z = torch.randn(2, count, LATENT, generator=chance).to(self._machine.device)
        with torch.no_grad():
            first, second = (self.source.map(each)[:, None] for each in z)
        turn = int(torch.randint(1, self.source.latents, (), generator=chance))
        mixed = float(torch.rand((), generator=chance)) < self._recipe.adaptation.mixing
        count = turn if mixed else self.source.latents
        coarse = torch.arange(self.source.latents, device=first.device) < count
        w = torch.where(coarse[:, None], first, second)
        return w, [each.to(self._machine.device) for each in self.source.draw_noise(chance)]

    def _teach_critic(
        self, drawings: Tensor, drawn: tuple[Tensor, list[Tensor]], step: int
    ) -> dict[str, Tensor]:
        told = self._recipe.adaptation
        self.critic.requires_grad_(requires_grad=True)
        self.critic_optimiser.zero_grad(set_to_none=True)
        with torch.no_grad():
            made = self.network(*drawn)
        loss = F.softplus(self.critic(made)).mean() + F.softplus(-self.critic(drawings)).mean()
        losses = {"critic": loss}
        if told.penalty and step % told.penalty_every == 0:
            losses["penalty"] = 0.5 * told.penalty * told.penalty_every * steepness(self.critic, drawings)
        self._machine.backward(torch.stack(list(losses.values())).sum())
        self.critic_optimiser.step()
        self.critic.requires_grad_(requires_grad=False)
        return {"critic": loss}

    def _teach(self, drawn: tuple[Tensor, list[Tensor]], chance: torch.Generator) -> dict[str, Tensor]:
        self.optimiser.zero_grad(set_to_none=True)
        made = self.network(*drawn)
        with torch.no_grad():
            source = self.source(*drawn)
        weight = self._recipe.losses.adversarial_weight
        losses = {"game": weight * F.softplus(-self.critic(made)).mean()}
        one, other = (0.5 + 0.5 * each for each in (made, source))
        losses |= self._staying(one, other, chance)
        losses["total"] = torch.stack(list(losses.values())).sum()
        self._machine.backward(losses["total"])
        if self._recipe.schedule.clip:
            self._machine.clip(self.network, self._recipe.schedule.clip)
        self.optimiser.step()
        return losses | {"made": one}

    def _staying(self, made: Tensor, source: Tensor, chance: torch.Generator) -> dict[str, Tensor]:
        """What results have to keep of their sources, both (b, 3, size, size) in [0, 1]."""
        told, losses = self._recipe.adaptation, self._recipe.losses
        terms = {name: losses.perceptual[name] * view(made, source) for name, view in self._views.items()}
        if told.semantic:
            with torch.no_grad():
                wanted = self._encoder(source)
            terms["semantic"] = told.semantic * unlike(self._encoder(made), wanted)
        if told.patch:
            corners = places(told.patches, made.shape[-1], told.side, chance)
            seen, wanted = (self._look(each, corners) for each in (made, source))
            terms["patch"] = told.patch * patch_contrast(seen, wanted, told.temperature)
        return terms

    def _look(self, pictures: Tensor, corners: list[tuple[int, int]]) -> Tensor:
        """Vectors (patches, b, d)."""
        patches = cut(pictures, corners, self._recipe.adaptation.side)
        vectors = self._encoder(patches.flatten(0, 1))
        return vectors.view(*patches.shape[:2], -1)

    def _ready(self, module: nn.Module, share: float) -> tuple[nn.Module, Any]:
        told = self._recipe.schedule
        first, second = (beta**share for beta in told.betas)
        return self._machine.learning(module, told.rate * share, (first, second))

    def _set_rates(self, step: int) -> None:
        schedule = self._recipe.schedule
        rates = (schedule.rate, schedule.critic_rate or schedule.rate)
        optimisers = (self.optimiser, self.critic_optimiser)
        for optimiser, rate, share in zip(optimisers, rates, self._shares, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share * schedule.share(step) * self.slowdown


def learning(network: StyleGAN2, blocks: int) -> None:
    """Let only the last `blocks` resolutions learn: their convolutions and what they add to the picture.

    Raises InputError where the network has fewer.
    """
    there = len(network.to_rgbs)
    if blocks > there:
        raise InputError(f"adaptation.blocks is {blocks}; the generator has {there} that can learn.")
    network.requires_grad_(requires_grad=False)
    for part in (*network.convs[2 * (there - blocks) :], *network.to_rgbs[there - blocks :]):
        part.requires_grad_(requires_grad=True)


def steepness(critic: nn.Module, pictures: Tensor) -> Tensor:
    """R1: the mean squared norm of the score's gradient by the pictures (Mescheder et al., ICML 2018)."""
    given = pictures.detach().clone()
    given.requires_grad = True
    (slope,) = torch.autograd.grad(critic(given).sum(), given, create_graph=True)
    return slope.square().flatten(1).sum(1).mean()
