"""A run from its recipe: data, losses, validation and log around the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sakuga.errors import InputError
from sakuga.models import scene_critic
from sakuga.models.animesr import MULTIPLE
from sakuga.models.critics import CRITICS, LEAST
from sakuga.train import held_clips, held_frames, held_scenes, operators, validation
from sakuga.train.clips import SHARPEN, ClipPairs, Clipping
from sakuga.train.drawings import drawings_of, unseen
from sakuga.train.events import Event, Noted, OnEvent, ignore
from sakuga.train.feed import Samples
from sakuga.train.frames import SCALE, FramePairs
from sakuga.train.log import Log
from sakuga.train.loop import NEWEST, Loop, Validate
from sakuga.train.machine import Machine
from sakuga.train.measures import Measures
from sakuga.train.pairs import TEACHER, Making, Pairs, Prepared
from sakuga.train.recipe import Recipe
from sakuga.train.scenes import Scenes
from sakuga.train.views import opened

Note = Callable[[str], None]
FEWEST = 5
"""Drawings that an adapter learns from; of fewer it would learn what they show."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What there is for one kind of data."""

    samples: Callable[[Recipe], Samples]
    validation: Callable[[Recipe, Machine, Measures], Validate]
    networks: tuple[str, ...]
    """That learn from it."""
    targets: tuple[str, ...]
    """That it can give."""
    critics: tuple[str, ...] = ("", *CRITICS)
    """That judge what is made of it; empty for none."""


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

        def note(sentence: str) -> None:
            tell(Noted(sentence))

        if machine.precision != recipe.run.precision:
            asked, taken = recipe.run.precision, machine.precision
            note(f"This processor has no {asked}: {taken}, which is quicker than to imitate it.")
        views = opened(recipe.losses, note)
        check = validation_of(recipe, machine, note)
        Loop(recipe, out, samples, machine, views=views, validate=check, on_event=tell).run()
    return out / NEWEST


def samples_of(recipe: Recipe) -> Samples:
    """What the recipe learns from. Raises InputError where there is nothing, or not what it needs."""
    _demand_room(recipe)
    return _kind(recipe).samples(recipe)


def validation_of(recipe: Recipe, machine: Machine, on_note: Note) -> Validate | None:
    """What the loop calls to validate; None without held-out data."""
    if not recipe.data.validation:
        return None
    return _kind(recipe).validation(recipe, machine, Measures.opened(on_note))


def _kind(recipe: Recipe) -> Kind:
    """Raises InputError where network or target go with another one."""
    data, network = recipe.data, recipe.model.network
    if data.kind not in KINDS:
        raise InputError(f"data.kind is {data.kind}; this sakuga trains on {' and '.join(KINDS)}.")
    kind = KINDS[data.kind]
    if network not in kind.networks:
        raise InputError(
            f"data.kind is {data.kind}, and model.network is {network}, which does not learn from it."
        )
    if data.target not in kind.targets:
        raise InputError(f"data.target is {data.target}; with {data.kind} it is {' or '.join(kind.targets)}.")
    if recipe.losses.critic not in kind.critics:
        choices = " or ".join(critic or "none" for critic in kind.critics)
        raise InputError(
            f"losses.critic is {recipe.losses.critic or 'none'}; with {data.kind} it is {choices}."
        )
    _demand_teacher(recipe, kind)
    return kind


def _demand_teacher(recipe: Recipe, kind: Kind) -> None:
    """Where one is asked for. Raises InputError."""
    data = recipe.data
    asked = {"target": data.target} | ({"real": data.real} if recipe.losses.critic else {})
    for field in (field for field, part in asked.items() if part == TEACHER):
        if TEACHER not in kind.targets:
            raise InputError(f"data.{field} is teacher, which {data.kind} do not have.")
        if not data.prepared:
            raise InputError(
                f"data.{field} is teacher, which needs a set that has one: --set data.prepared=FOLDER, as"
                " `sakuga prepare --teacher MODEL` makes it."
            )


def _demand_room(recipe: Recipe) -> None:
    """For the critic. Raises InputError."""
    crop, critic = recipe.data.crop, recipe.losses.critic
    made = crop // recipe.model.scale if recipe.model.network == "lbo" else crop
    side = min(made, recipe.losses.window or made)
    room = {**LEAST, "scene": scene_critic.LEAST, "stylegan2": 4}
    if critic and side < room[critic]:
        by = (
            f"data.crop is {crop}, which gives results of {made} pixels"
            if side == made
            else f"losses.window is {side}"
        )
        raise InputError(f"{by}; the critic {critic} needs {room[critic]}.")


def _pictures(recipe: Recipe) -> Samples:
    data = recipe.data
    if data.operators:
        raise InputError("data.operators are for clips; data.kind is pictures.")
    if data.prepared:
        parts = ("lq", data.target_part, *([data.real] if recipe.losses.critic else []))
        return Prepared.of(Path(data.prepared), recipe.run.seed, parts=tuple(dict.fromkeys(parts)))
    making = Making(
        preset=data.preset,
        scale=recipe.model.scale,
        crop=data.crop,
        crops=data.crops,
        pseudo_gt=data.target == "pseudo_gt" or (bool(recipe.losses.critic) and data.real == "pseudo_gt"),
        seed=recipe.run.seed,
    )
    return Pairs.of(_manifest(recipe, "--set data.prepared=FOLDER, as `sakuga prepare` makes it"), making)


def _pictures_held(recipe: Recipe, machine: Machine, measures: Measures) -> Validate:
    held = validation.held_out(Path(recipe.data.validation), recipe.data.preset, recipe.model.scale)
    return lambda network, step: validation.validate(network, held, measures, step, machine.device)


def _clips(recipe: Recipe) -> Samples:
    data = recipe.data
    if data.prepared or data.crops > 1:
        raise InputError("data.prepared and data.crops are for pictures; data.kind is clips.")
    least = MULTIPLE * recipe.model.scale
    if data.crop % least:
        raise InputError(f"data.crop is {data.crop}; for clips it is a multiple of {least}.")
    clipping = Clipping(
        preset=data.preset,
        scale=recipe.model.scale,
        crop=data.crop,
        frames=data.frames,
        sharpen=SHARPEN if data.target == "sharpened" else 0.0,
        seed=recipe.run.seed,
    )
    return ClipPairs.of(_manifest(recipe), clipping, operators.pool(data.operators))


def _clips_held(recipe: Recipe, machine: Machine, measures: Measures) -> Validate:
    data = recipe.data
    pool = operators.pool(data.operators)
    held = held_clips.held_clips(Path(data.validation), data.preset, recipe.model.scale, pool)
    return lambda network, step: held_clips.validate(network, held, measures, step, machine.device)


def _frames(recipe: Recipe) -> Samples:
    data = recipe.data
    if data.prepared or data.operators:
        raise InputError("With data.kind frames there are no data.prepared and data.operators.")
    if recipe.model.scale != SCALE:
        raise InputError(f"model.scale is {recipe.model.scale}; an operator halves, so that it is {SCALE}.")
    if not data.manifest:
        raise InputError(
            "The recipe names no data: --set data.manifest=FOLDER, as `sakuga rescale --choose` makes it."
        )
    return FramePairs.of(Path(data.manifest), data.crop, data.crops, recipe.run.seed)


def _frames_held(recipe: Recipe, machine: Machine, measures: Measures) -> Validate:
    held = held_frames.held_frames(Path(recipe.data.validation))
    return lambda network, step: held_frames.validate(network, held, measures, step, machine.device)


def _scenes(recipe: Recipe) -> Samples:
    data = recipe.data
    if data.prepared or data.operators or data.manifest or data.crops > 1:
        raise InputError(
            "With data.kind scenes there are data.photos, data.drawings and data.pairs, and no data.manifest,"
            " data.prepared, data.operators and data.crops."
        )
    if data.crop % held_scenes.MULTIPLE:
        raise InputError(f"data.crop is {data.crop}; for scenes it is a multiple of {held_scenes.MULTIPLE}.")
    if not recipe.schedule.epochs:
        raise InputError(
            "schedule.epochs is 0; scenes need it, as what they are held to changes with epochs."
        )
    scenes = Scenes.of(data, recipe.run.seed)
    if recipe.model.learns == "adapter":
        _demand_style(recipe, len(scenes.drawings))
    return scenes


def _demand_style(recipe: Recipe, drawings: int) -> None:
    if not recipe.model.start:
        raise InputError(
            "model.learns is adapter, which needs the network that it is for: --set model.start=FILE, and"
            " model.options as that has them."
        )
    if drawings < FEWEST:
        raise InputError(
            f"{recipe.data.drawings} holds too few drawings ({drawings}): an adapter learns from {FEWEST} or"
            " more, which show what is style and what is theirs alone."
        )


def _scenes_held(recipe: Recipe, machine: Machine, measures: Measures) -> Validate:
    del measures
    held = held_scenes.held_scenes(Path(recipe.data.validation), recipe.data.crop)
    return lambda network, step: held_scenes.validate(network, held, step, machine.device)


def _manifest(recipe: Recipe, otherwise: str = "") -> Path:
    if not recipe.data.manifest:
        raise InputError(
            "The recipe names no data: --set data.manifest=FOLDER, as `sakuga curate` makes it"
            + (f", or {otherwise}." if otherwise else ".")
        )
    return Path(recipe.data.manifest)


KINDS: Mapping[str, Kind] = {
    "pictures": Kind(
        _pictures, _pictures_held, ("compact", "dat", "grl", "rrdb"), ("gt", "pseudo_gt", TEACHER)
    ),
    "clips": Kind(_clips, _clips_held, ("animesr",), ("gt", "sharpened")),
    "frames": Kind(_frames, _frames_held, ("lbo",), ("gt",)),
    "scenes": Kind(_scenes, _scenes_held, ("translator",), ("gt", "pseudo_gt"), ("scene",)),
    "stylegan": Kind(drawings_of, unseen, ("stylegan2",), ("gt", "pseudo_gt"), ("stylegan2",)),
}
"""By the name in a recipe."""
