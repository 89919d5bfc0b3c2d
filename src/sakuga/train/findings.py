"""What an ablation found, for people and programs: Markdown, CSV and JSON, each marked with its budget."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from sakuga.media.atomic import replacing
from sakuga.metrics.table import METRICS
from sakuga.train import networks
from sakuga.train import recipe as recipes
from sakuga.train.ablation import Ablated, Outcome
from sakuga.train.judging import MEASURES
from sakuga.train.recipe import Recipe

NAME = "table"
_DIGITS = {"psnr": 2, "niqe": 2, "st-lpips": 4}
_SHOWN = {"psnr": "PSNR, dB", "niqe": "NIQE", "st-lpips": "ST-LPIPS"}
_ARROWS = {"higher": "↑", "lower": "↓"}

Column = tuple[str, str]
"""Preset and measure."""


def write(folder: Path, made: Ablated) -> list[Path]:
    """table.md, table.csv and table.json; each appears when it is whole."""
    paths = [folder / f"{NAME}{suffix}" for suffix in WRITERS]
    for path in paths:
        with replacing(path) as partial:
            partial.write_text(WRITERS[path.suffix](made), encoding="utf-8", newline="")
    return paths


def budget(made: Ablated) -> str:
    """One sentence: what was learned with, so that nobody takes the numbers for those of the paper."""
    stages = ", then ".join(map(_stage, made.stages))
    held = made.rows[0][1].held
    first = made.stages[0]
    pictures = f"{held['count']} held-out picture{'s' * (held['count'] != 1)}"
    return f"Budget: {stages}; {first.run.precision}, seed {first.run.seed}; judged on {pictures}."


def markdown(made: Ablated) -> str:
    """The table, with its source, its budget and what stood in for what."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Ablated) -> Iterator[str]:
    columns = _columns(made)
    yield f"**{made.table.title}** (after {made.table.source}). {budget(made)}"
    yield ""
    heads = [_head(column, made) for column in columns]
    yield _row(["variant", "pictures", *heads, "NIQE of the paper"])
    yield _row(["---"] * (len(columns) + 3))
    best = {column: _best(column, made) for column in columns}
    for variant, outcome in made.rows:
        cells = [_cell(column, outcome, best[column]) for column in columns]
        paper = f"{variant.paper['niqe']:.3f}" if "niqe" in variant.paper else ""
        yield _row([variant.label, str(outcome.pictures or ""), *cells, paper])
    notes = [f"{variant.label}: {variant.note}" for variant, _ in made.rows if variant.note]
    notes += dict.fromkeys(note for _, outcome in made.rows for note in outcome.notes)
    if notes:
        yield ""
        yield from (f"- {note}" for note in notes)


def _columns(made: Ablated) -> list[Column]:
    return [(preset, measure) for preset in made.table.held for measure in MEASURES]


def _head(column: Column, made: Ablated) -> str:
    preset, measure = column
    of = f" on {preset}" if len(made.table.held) > 1 else ""
    return f"{_SHOWN[measure]} {_ARROWS[METRICS[measure].better]}{of}"


def _cell(column: Column, outcome: Outcome, best: float | None) -> str:
    preset, measure = column
    value = outcome.values[preset][measure]
    if value is None:
        return "-"
    text = f"{value:.{_DIGITS[measure]}f}"
    return f"**{text}**" if value == best and outcome.recipes else text


def _best(column: Column, made: Ablated) -> float | None:
    preset, measure = column
    values = [o.values[preset][measure] for _, o in made.rows if o.recipes]
    found = [value for value in values if value is not None]
    choose: Callable[[Sequence[float]], float] = max if METRICS[measure].better == "higher" else min
    return choose(found) if found else None


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _stage(told: Recipe) -> str:
    parameters = sum(part.numel() for part in networks.build(told.model.without_start()).parameters())
    losses = "pixels" if not told.losses.critic else "perceptual losses and critic"
    return (
        f"{told.model.network} of {parameters:,} parameters, {told.schedule.steps:,} steps of {losses} with"
        f" {told.data.batch} patches of {told.data.crop} pixels"
    )


def _csv(made: Ablated) -> str:
    import io

    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("variant", "label", "pictures", "preset", "measure", "value", "paper", "budget"))
    for variant, outcome in made.rows:
        for preset, measure in _columns(made):
            value = outcome.values[preset][measure]
            paper = variant.paper.get(measure, "")
            told = "" if value is None else f"{value:.6g}"
            lines.writerow(
                (variant.name, variant.label, outcome.pictures, preset, measure, told, paper, budget(made))
            )
    return text.getvalue()


def _json(made: Ablated) -> str:
    told = {
        "title": made.table.title,
        "source": made.table.source,
        "budget": budget(made),
        "sakuga": version("sakuga"),
        "stages": [json.loads(recipes.to_json(each)) for each in made.stages],
        "rows": [
            {"name": v.name, "label": v.label, "note": v.note, "paper": dict(v.paper), **asdict(outcome)}
            for v, outcome in made.rows
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


WRITERS: Mapping[str, Callable[[Ablated], str]] = {".md": markdown, ".csv": _csv, ".json": _json}
"""By the suffix of the file."""
