"""An ablation: each variant of a base learns in a folder of its own, and all are judged alike."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch

from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.models import cache
from sakuga.models.load import load
from sakuga.train import judging
from sakuga.train import recipe as recipes
from sakuga.train.events import Event, Noted, OnEvent, ignore
from sakuga.train.export import export
from sakuga.train.judging import Restore, judged
from sakuga.train.recipe import Recipe
from sakuga.train.run import samples_of, train
from sakuga.train.validation import Held, held_out
from sakuga.train.variants import Table, Variant

RESULT = "result.json"
BASELINE = Variant(name="bicubic", label="Bicubic enlargement")

Values = Mapping[str, Mapping[str, float | None]]
"""Preset of the held-out pictures -> measure -> mean; None for no value."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row, as it is kept."""

    recipes: Sequence[Mapping[str, Any]]
    """Of its stages, with all that they say."""
    held: Mapping[str, Any]
    """What it was judged on."""
    values: Values
    pictures: int
    """That it learned from."""
    model: str
    """sha256 of the exported weights."""
    notes: Sequence[str]
    """What was said of stand-ins while it learned."""


@dataclass(frozen=True, slots=True)
class Ablated:
    """A whole table."""

    table: Table
    stages: Sequence[Recipe]
    """Of the first variant; their size is that of all."""
    rows: Sequence[tuple[Variant, Outcome]]
    """The first is a bicubic enlargement."""


@dataclass(frozen=True, slots=True)
class Court:
    """What all variants are judged on."""

    held: Mapping[str, Sequence[Held]]
    """By preset."""
    told: Mapping[str, Any]

    @staticmethod
    def of(told: Recipe, table: Table, path: str) -> Court:
        if not path:
            raise InputError("An ablation is judged on held-out pictures: --set data.validation=FOLDER.")
        held = {preset: held_out(Path(path), preset, told.model.scale) for preset in table.held}
        count = len(next(iter(held.values())))
        return Court(held, {"pictures": path, "count": count, "presets": list(table.held)})

    def judge(self, restore: Restore) -> Values:
        return {preset: _plain(judged(restore, held)) for preset, held in self.held.items()}


def ablate(
    stages: Sequence[Path],
    table: Table,
    out: Path,
    *,
    changes: Sequence[str] = (),
    sets: Path | None = None,
    device: str = "auto",
    on_event: OnEvent = ignore,
) -> Ablated:
    """Learn and judge every variant of `table` that `out` has not yet; a stopped one goes on.

    stages: recipes of which each begins with what the one before has learned. changes: as --set takes them,
    made to all stages of all variants, such as a budget. Raises InputError for what cannot be, before
    anything is learned.
    """
    base = recipes.read(stages[0], changes)
    if base.data.kind != "pictures":
        raise InputError(f"data.kind is {base.data.kind}; an ablation compares networks of pictures.")
    trials = [(each, each.recipes(stages, changes, sets)) for each in table.variant]
    pictures = [len(samples_of(told[0])) // told[0].data.crops for _, told in trials]
    court = Court.of(base, table, base.data.validation)
    rows = [(BASELINE, _baseline(out, court))]
    for number, ((variant, told), count) in enumerate(zip(trials, pictures, strict=True), start=1):
        on_event(Noted(f"[{number}/{len(trials)}] {variant.label}"))
        rows.append((variant, _outcome(told, out / variant.name, court, count, device, on_event)))
    return Ablated(table, trials[0][1], rows)


def _baseline(out: Path, court: Court) -> Outcome:
    found = _kept(out / BASELINE.name, [], court)
    if found is not None:
        return found
    return _keep(out / BASELINE.name, Outcome((), court.told, court.judge(judging.bicubic), 0, "", ()))


def _outcome(
    told: Sequence[Recipe], folder: Path, court: Court, pictures: int, device: str, on_event: OnEvent
) -> Outcome:
    chained = [
        replace(each, model=replace(each.model, start=str(_model(folder, number - 1)))) if number else each
        for number, each in enumerate(told)
    ]
    plain = [json.loads(recipes.to_json(each)) for each in chained]
    found = _kept(folder, plain, court)
    if found is not None:
        on_event(Noted(f"{folder / RESULT} is there already."))
        return found
    notes: list[str] = []
    for number, each in enumerate(chained):
        learned = train(each, folder / f"stage-{number + 1}", device=device, on_event=_heard(notes, on_event))
        export(learned, _model(folder, number))
    last = _model(folder, len(chained) - 1)
    values = court.judge(_restorer(last, device))
    digest = cache.sha256(last)
    return _keep(folder, Outcome(plain, court.told, values, pictures, digest, tuple(dict.fromkeys(notes))))


def _heard(notes: list[str], on_event: OnEvent) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        if isinstance(event, Noted):
            notes.append(event.sentence)
        on_event(event)

    return hear


def _restorer(path: Path, device: str) -> Restore:
    target = torch.device("cuda" if device == "auto" and torch.cuda.is_available() else "cpu")
    module = load(path).module
    assert module is not None, "what was exported as .safetensors has a network"
    return judging.by(module.to(target).eval(), target)


def _model(folder: Path, stage: int) -> Path:
    return folder / f"stage-{stage + 1}.safetensors"


def _kept(folder: Path, told: Sequence[Mapping[str, Any]], court: Court) -> Outcome | None:
    """What an earlier run found with the same recipes and the same held-out pictures."""
    try:
        kept = cast("dict[str, Any]", json.loads((folder / RESULT).read_bytes()))
        outcome = Outcome(**kept)
    except (OSError, ValueError, TypeError):
        return None
    same = list(outcome.recipes) == list(told) and outcome.held == court.told
    return outcome if same else None


def _keep(folder: Path, outcome: Outcome) -> Outcome:
    with replacing(folder / RESULT) as partial:
        partial.write_text(json.dumps(asdict(outcome), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return outcome


def _plain(values: Mapping[str, float]) -> Mapping[str, float | None]:
    """JSON has no NaN."""
    return {name: value if math.isfinite(value) else None for name, value in values.items()}
