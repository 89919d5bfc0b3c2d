"""A rehearsal: what the network will see and what a run will cost, before anything is learned."""

from __future__ import annotations

from dataclasses import dataclass

from sakuga.media.plain import Rgb
from sakuga.train.cost import Cost, cost, fed
from sakuga.train.events import Noted, OnEvent, ignore
from sakuga.train.feed import order_of
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.run import samples_of, validation_of
from sakuga.train.seen import seen
from sakuga.train.teachers import teacher_of
from sakuga.train.views import opened


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What `sakuga train --dry-run` tells."""

    sheet: Rgb
    samples: int
    """That there are in an epoch."""
    cost: Cost


def rehearse(recipe: Recipe, *, device: str = "auto", on_event: OnEvent = ignore) -> Rehearsal:
    """Take the first batches and a few steps of what `recipe` would learn from its beginning on.

    Writes nothing. Raises what `run.train` raises before its first step.
    """
    samples, machine = samples_of(recipe), Machine(recipe.run.precision, device)

    def note(sentence: str) -> None:
        on_event(Noted(sentence))

    views = opened(recipe.losses, note)
    validate = validation_of(recipe, machine, note)
    data = fed(recipe, samples, machine)
    numbers = next(iter(order_of(recipe, samples, machine, 0)))
    sheet = seen(data.first, numbers, samples, critic=bool(recipe.losses.critic))
    trainer = teacher_of(recipe, machine, {name: view.loss for name, view in views.items()})
    return Rehearsal(sheet, len(samples), cost(recipe, data, trainer, validate, machine))
