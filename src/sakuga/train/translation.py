"""One step of learning to make scenes of photos: unpaired pictures and pairs, against two critics.

Source: Scenimefy (Jiang et al., ICCV 2023), section 3.3, in the order of its released code: the critics learn
from what the network makes, then the network learns from critics that have just learned. Pictures go through
the network once, all together, as each of its normalisations looks at one picture alone; its features of what
came in are taken from the same pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import torch
from torch import Tensor, nn

from sakuga.losses.adversarial import fooling, judging
from sakuga.losses.hard_nce import curriculum, hard_nce, hardness
from sakuga.losses.patch_nce import style_patch_nce
from sakuga.losses.perceptual import Perceptual
from sakuga.losses.pixel import PIXEL
from sakuga.losses.relation import relation
from sakuga.models.patch_heads import PatchHeads, choose
from sakuga.models.scene_critic import SceneCritic
from sakuga.models.translator import Translator
from sakuga.train import networks
from sakuga.train.average import averaged
from sakuga.train.lookout import Lookout, channels_of, layers_of
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.teacher import Batch, Taught

GAIN = 0.02
"""Of the weights that all parts begin with."""
Views = Mapping[str, Perceptual]
Features = list[Tensor]
"""Of each layer, (b, c, h, w)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the network makes of a batch, RGB in [-1, 1], with gradients; rows as in the batch."""

    given: dict[str, Tensor]
    made: dict[str, Tensor]
    """By the name of what went in."""
    seen: dict[str, Features]
    """Inner features of what went in, without gradients."""


class SceneTrainer:
    """A translator with its heads and critics; `step` is all that happens to them."""

    def __init__(self, recipe: Recipe, machine: Machine, views: Views | None = None) -> None:
        """views: perceptual losses by their name in the recipe, which hold results to their photos."""
        self._recipe, self._machine = recipe, machine
        told = recipe.translation
        self._views = {name: view.to(machine.device) for name, view in (views or {}).items()}
        self._pixel, self._game = PIXEL[recipe.losses.pixel], recipe.losses.game
        translator = cast("Translator", networks.build(recipe.model))
        if not recipe.model.start:
            begin(translator)
        if recipe.model.learns == "adapter":
            translator.requires_grad_(requires_grad=False)
            for parameter in translator.adapter().values():
                parameter.requires_grad = True
        options: dict[str, Any] = dict(recipe.model.options)
        layers = layers_of(options.get("blocks", 9))
        channels = channels_of(options.get("channels", 64), layers)
        watched = Lookout(translator, layers)
        if recipe.run.compile:
            cast("Any", watched).compile()
        rate, critics = recipe.schedule.rate, recipe.schedule.critic_rate or recipe.schedule.rate
        self.network, self.optimiser = self._ready(watched, rate)
        self.heads, self.heads_optimiser = self._ready(begin(PatchHeads(channels, told.width)), rate)
        self.critic, self.critic_optimiser = self._ready(begin(SceneCritic(3, told.critic)), critics)
        self.style_heads, self.style_optimiser = self._ready(begin(PatchHeads(channels, told.width)), rate)
        self.pair_critic, self.pair_optimiser = self._ready(begin(SceneCritic(6, told.critic)), critics)
        self.average = averaged(self.translator, recipe.schedule.ema)
        self.slowdown = 1.0

    @property
    def translator(self) -> Translator:
        return cast("Lookout", self._machine.bare(self.network)).translator

    @property
    def learned(self) -> nn.Module:
        """The network that is shown and exported: the average where there is one."""
        return self.average.module if self.average is not None else self.translator

    @property
    def parts(self) -> dict[str, Any]:
        """All that a run must remember, by name."""
        parts = {
            "network": self.translator,
            "optimiser": self.optimiser,
            "average": self.average,
            "heads": self.heads,
            "heads_optimiser": self.heads_optimiser,
            "critic": self.critic,
            "critic_optimiser": self.critic_optimiser,
            "style_heads": self.style_heads,
            "style_optimiser": self.style_optimiser,
            "pair_critic": self.pair_critic,
            "pair_optimiser": self.pair_optimiser,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def step(self, batch: Batch, step: int) -> Taught:
        """Learn from a batch of `scenes`; `step` counts from 0 and decides rate, gamma and places."""
        self._set_rates(step)
        self.network.train()
        look = self._look(batch)
        losses = self._teach_critics(look) | self._teach(look, step)
        if self.average is not None:
            self.average.update_parameters(self.translator)
        told = {name: loss.detach() for name, loss in losses.items()}
        return Taught(told, (0.5 + 0.5 * look.made["photo"]).detach())

    def rate(self, step: int) -> float:
        """The network's rate at `step`."""
        return self._recipe.schedule.rate * self._recipe.schedule.share(step) * self.slowdown

    def _look(self, batch: Batch) -> Look:
        given = {name: 2 * planes - 1 for name, planes in batch.items()}
        wanted = {"photo": True, "drawing": self._recipe.translation.identity, "pair_photo": True}
        names = [name for name, needed in wanted.items() if needed and name in given]
        with self._machine.autocast():
            results, seen = self.network(torch.cat([given[name] for name in names]))
        features = [layer.detach().float().chunk(len(names)) for layer in seen]
        return Look(
            given,
            dict(zip(names, results.float().chunk(len(names)), strict=True)),
            {name: [layer[place] for layer in features] for place, name in enumerate(names)},
        )

    def _teach_critics(self, look: Look) -> dict[str, Tensor]:
        real, made = look.given["drawing"], look.made["photo"].detach()
        losses = {"critic": self._teach_critic(self.critic, self.critic_optimiser, real, made)}
        if "pair_photo" in look.made:
            photo = look.given["pair_photo"]
            real = torch.cat((photo, look.given["pair_drawing"]), 1)
            made = torch.cat((photo, look.made["pair_photo"].detach()), 1)
            losses["paired critic"] = self._teach_critic(self.pair_critic, self.pair_optimiser, real, made)
        return losses

    def _teach_critic(
        self,
        critic: nn.Module,
        optimiser: Any,  # noqa: ANN401 - accelerate's wrapping has no type
        real: Tensor,
        made: Tensor,
    ) -> Tensor:
        critic.requires_grad_(requires_grad=True)
        optimiser.zero_grad(set_to_none=True)
        loss = 0.5 * judging(self._scores(critic, real), self._scores(critic, made), self._game)
        self._machine.backward(loss)
        optimiser.step()
        critic.requires_grad_(requires_grad=False)
        return loss

    def _teach(self, look: Look, step: int) -> dict[str, Tensor]:
        optimisers = [self.optimiser, self.heads_optimiser]
        optimisers += [self.style_optimiser] if "pair_photo" in look.made else []
        for optimiser in optimisers:
            optimiser.zero_grad(set_to_none=True)
        after = self._features_of_results(look)
        chance = torch.Generator().manual_seed(1_000_003 * self._recipe.run.seed + step)
        losses = self._unpaired(look, after, chance, step)
        if "pair_photo" in look.made:
            losses |= self._paired(look, after["pair_photo"], chance, step)
        losses["total"] = torch.stack(list(losses.values())).sum()
        self._machine.backward(losses["total"])
        if self._recipe.schedule.clip:
            self._machine.clip(self.network, self._recipe.schedule.clip)
        for optimiser in optimisers:
            optimiser.step()
        return losses

    def _features_of_results(self, look: Look) -> dict[str, Features]:
        together = torch.cat(list(look.made.values()))
        lookout = cast("Lookout", self._machine.bare(self.network))
        with self._machine.autocast():
            seen = self.translator.features(together, lookout.layers)
        layers = [layer.float().chunk(len(look.made)) for layer in seen]
        return {name: [layer[place] for layer in layers] for place, name in enumerate(look.made)}

    def _unpaired(
        self, look: Look, after: dict[str, Features], chance: torch.Generator, step: int
    ) -> dict[str, Tensor]:
        """The game, SRC on photos, and hDCE on photos and on drawings, which should stay as they are."""
        told, losses = self._recipe.translation, self._recipe.losses
        names = [name for name in ("photo", "drawing") if name in look.made]
        keys, queries = self._vectors(self.heads, _joined(look.seen, names), _joined(after, names), chance)
        gamma = curriculum(
            self._recipe.schedule.epoch(step), max(1, self._recipe.schedule.epochs), *told.gamma
        )
        count = len(look.made["photo"])
        same = [relation(q[:count], k[:count]) for q, k in zip(queries, keys, strict=True)]
        hard = [hard_nce(q, k, hardness(k, gamma)) for q, k in zip(queries, keys, strict=True)]
        terms = {
            "game": losses.adversarial_weight * self._fooling(self.critic, look.made["photo"]),
            "relation": told.relation * torch.stack(same).mean(),
            "contrast": told.contrast * torch.stack(hard).mean(),
        }
        photo, made = (0.5 + 0.5 * each["photo"] for each in (look.given, look.made))
        return terms | {n: losses.perceptual[n] * view(made, photo) for n, view in self._views.items()}

    def _paired(self, look: Look, after: Features, chance: torch.Generator, step: int) -> dict[str, Tensor]:
        """The conditional game, the pair's style place by place and, where it is weighed, its pixels."""
        told, losses, share = self._recipe.translation, self._recipe.losses, self._pairs_share(step)
        drawing, made = look.given["pair_drawing"], look.made["pair_photo"]
        lookout = cast("Lookout", self._machine.bare(self.network))
        with torch.no_grad(), self._machine.autocast():
            before = [layer.float() for layer in self.translator.features(drawing, lookout.layers)]
        keys, queries = self._vectors(self.style_heads, before, after, chance)
        both = torch.cat((look.given["pair_photo"], made), 1)
        terms = {
            "paired game": share * losses.adversarial_weight * self._fooling(self.pair_critic, both),
            "style": share * told.style_weight * style_patch_nce(queries, keys),
        }
        if losses.pixel_weight:
            terms["pixel"] = share * losses.pixel_weight * self._pixel(0.5 + 0.5 * made, 0.5 + 0.5 * drawing)
        return terms

    def _vectors(
        self, heads: nn.Module, before: Features, after: Features, chance: torch.Generator
    ) -> tuple[Features, Features]:
        """Keys of what came in, without gradients, and queries of results, at the same places."""
        places = choose(before, self._recipe.translation.places, chance)
        with torch.no_grad():
            keys = heads(before, places)
        return keys, heads(after, places)

    def _fooling(self, critic: nn.Module, pictures: Tensor) -> Tensor:
        return fooling(self._scores(critic, pictures), self._game)

    def _scores(self, critic: nn.Module, pictures: Tensor) -> list[Tensor]:
        """Scores and all that is reckoned with them are fp32, whatever the arithmetic of networks."""
        with self._machine.autocast():
            maps: list[Tensor] = critic(pictures)
        return [each.float() for each in maps]

    def _pairs_share(self, step: int) -> float:
        schedule = self._recipe.schedule
        return paired_share(
            schedule.epoch(step), max(1, schedule.epochs), self._recipe.translation.paired_decay
        )

    def _ready(self, module: nn.Module, rate: float) -> tuple[nn.Module, Any]:
        return self._machine.learning(module, rate, self._recipe.schedule.betas)

    def _set_rates(self, step: int) -> None:
        schedule = self._recipe.schedule
        share = schedule.share(step) * self.slowdown
        ours = (self.optimiser, self.heads_optimiser, self.style_optimiser)
        theirs = (self.critic_optimiser, self.pair_optimiser)
        rates = chain(
            ((each, schedule.rate) for each in ours),
            ((each, schedule.critic_rate or schedule.rate) for each in theirs),
        )
        for optimiser, rate in rates:
            for group in optimiser.param_groups:
                group["lr"] = rate * share


def paired_share(epoch: int, epochs: int, decay: str) -> float:
    """What pairs weigh in an epoch, counted from 1: all of it, or along a quarter of a cosine.

    The released code has the cosine of another angle, which is 1 in each of 20 epochs.
    """
    return math.cos(math.pi / 2 * (epoch - 1) / epochs) if decay == "cosine" else 1.0


def begin(module: nn.Module) -> nn.Module:
    """All weights as CUT begins with them: Xavier's normal of a small gain, biases 0."""
    for part in module.modules():
        if isinstance(part, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_normal_(part.weight, GAIN)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return module


def _joined(features: dict[str, Features], names: list[str]) -> Features:
    """Of several pictures, one batch below the other, layer by layer."""
    return [torch.cat(layers) for layers in zip(*(features[name] for name in names), strict=True)]
