"""A run from its recipe: data, losses, validation and log around the loop."""

from __future__ import annotations

from pathlib import Path

from sakuga.errors import InputError
from sakuga.train.events import Event, Noted, OnEvent, ignore
from sakuga.train.feed import Samples
from sakuga.train.log import Log
from sakuga.train.loop import NEWEST, Loop, Validate
from sakuga.train.machine import Machine
from sakuga.train.pairs import Making, Pairs, Prepared
from sakuga.train.recipe import Recipe
from sakuga.train.validation import held_out, validate
from sakuga.train.views import opened


def train(recipe: Recipe, out: Path, *, device: str = "auto", on_event: OnEvent = ignore) -> Path:
    """Learn what `recipe` says in the folder `out`, from its newest checkpoint on; returns that.

    Raises InputError for a recipe that cannot be followed, and what Loop.run raises.
    """
    samples = samples_of(recipe)
    machine = Machine(recipe.run.precision, device)

    with Log(out) as log:

        def tell(event: Event) -> None:
            log(event)
            on_event(event)

        views = opened(recipe.losses, lambda sentence: tell(Noted(sentence)))
        check = validation_of(recipe, machine)
        Loop(recipe, out, samples, machine, views=views, validate=check, on_event=tell).run()
    return out / NEWEST


def samples_of(recipe: Recipe) -> Samples:
    """What the recipe learns from. Raises InputError where there is nothing, or not what it needs."""
    data = recipe.data
    if data.kind != "pictures":
        raise InputError(f"data.kind is {data.kind}; this sakuga trains on pictures.")
    if data.prepared:
        return Prepared.of(Path(data.prepared), recipe.run.seed)
    if not data.manifest:
        raise InputError(
            "The recipe names no data: --set data.manifest=FOLDER, as `sakuga curate` makes it, or"
            " --set data.prepared=FOLDER, as `sakuga prepare` makes it."
        )
    making = Making(
        preset=data.preset,
        scale=recipe.model.scale,
        crop=data.crop,
        crops=data.crops,
        pseudo_gt=data.target == "pseudo_gt" or (bool(recipe.losses.critic) and data.real == "pseudo_gt"),
        seed=recipe.run.seed,
    )
    return Pairs.of(Path(data.manifest), making)


def validation_of(recipe: Recipe, machine: Machine) -> Validate | None:
    """What the loop calls to validate; None without held-out pictures."""
    if not recipe.data.validation:
        return None
    held = held_out(Path(recipe.data.validation), recipe.data.preset, recipe.model.scale)
    return lambda network, step: validate(network, held, step, machine.device)
