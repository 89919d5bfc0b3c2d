"""Numbers for other programs: JSON with all that is known, CSV with a line a row, LaTeX for a paper."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sakuga.evaluate.evaluation import Evaluation
from sakuga.evaluate.measure import Row
from sakuga.media.atomic import replacing
from sakuga.metrics.table import MEASURES

_ARROWS = {"lower": r"$\downarrow$", "higher": r"$\uparrow$", "near 1": r"$\to 1$"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: f"\\{each}" for each in "&%$#_{}"},
}


def write(path: Path, made: Evaluation) -> None:
    """Write the evaluation in the form that the suffix of `path` names; it appears when it is whole."""
    with replacing(path) as partial:
        WRITERS[path.suffix.lower()](partial, made)


def _json(path: Path, made: Evaluation) -> None:
    told = {
        "folder": str(made.folder),
        "reference": str(made.reference) if made.reference else None,
        "settings": _settings(made),
        "versions": made.versions,
        "metrics": {
            name: {
                "better": MEASURES[name].better,
                "unit": MEASURES[name].unit,
                **{key: _plain(value) for key, value in asdict(made.summaries[name]).items()},
                **made.origins[name],
            }
            for name in made.asked.metrics
        },
        "rows": [_row(row, made) for row in made.rows],
        "problems": made.problems,
        "notes": made.notes,
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _row(row: Row, made: Evaluation) -> Mapping[str, Any]:
    """Whole in itself: what was measured of what, which model made it, and with what it was measured."""
    return {
        "clip": row.clip,
        "file": row.file,
        "reference": row.reference,
        "frame": row.frame,
        "part": row.part,
        "values": {name: _plain(value) for name, value in row.values.items()},
        "model": made.models.get(row.file),
        "settings": _settings(made),
        "versions": made.versions,
        "origins": {name: made.origins[name] for name in row.values if made.origins[name]},
    }


def _settings(made: Evaluation) -> dict[str, Any]:
    return {"protocol": made.asked.protocol, "crop_border": made.asked.border}


def _plain(value: float | None) -> float | str | None:
    """JSON has neither infinity nor NaN."""
    if value is None or math.isfinite(value):
        return value
    return None if math.isnan(value) else "inf" if value > 0 else "-inf"


def _csv(path: Path, made: Evaluation) -> None:
    places = ("clip", "file", "reference", "frame", "part")
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([*places, *made.asked.metrics, "model", "settings", "versions", "origins"])
        for row in made.rows:
            told = _row(row, made)
            values = [told["values"].get(name) for name in made.asked.metrics]
            rest = [
                json.dumps(told[key], ensure_ascii=False)
                for key in ("model", "settings", "versions", "origins")
            ]
            lines.writerow([*(told[key] for key in places), *values, *rest])


def _latex(path: Path, made: Evaluation) -> None:
    path.write_text("\n".join(_tabular(made)) + "\n", encoding="utf-8")


def _tabular(made: Evaluation) -> Iterator[str]:
    """A table of one line, with its origin above it; needs the package booktabs."""
    names = made.asked.metrics
    yield "% " + json.dumps({**_settings(made), **made.versions, "origins": made.origins}, ensure_ascii=False)
    models = {json.dumps(model, ensure_ascii=False) for model in made.models.values() if model}
    yield from (f"% {model}" for model in sorted(models))
    yield rf"\begin{{tabular}}{{l{'r' * len(names)}}}"
    yield r"\toprule"
    yield " & ".join(["", *(f"{_escaped(name)} {_ARROWS[MEASURES[name].better]}" for name in names)]) + r" \\"
    yield r"\midrule"
    label = " ".join(made.folder.resolve().name.split())
    yield " & ".join([_escaped(label), *(_cell(made, name) for name in names)]) + r" \\"
    yield r"\bottomrule"
    yield r"\end{tabular}"


def _cell(made: Evaluation, name: str) -> str:
    told = made.summaries[name]
    if math.isnan(told.mean):
        return "--"
    if math.isinf(told.mean):
        return r"$\infty$"
    interval = (
        ""
        if told.low is None or told.high is None
        else rf" {{\scriptsize [{told.low:.3f}, {told.high:.3f}]}}"
    )
    return f"{told.mean:.3f}{interval}"


def _escaped(text: str) -> str:
    return re.sub(r"[\\~^&%$#_{}]", lambda match: _LATEX[match[0]], text)


WRITERS: Mapping[str, Callable[[Path, Evaluation], None]] = {".json": _json, ".csv": _csv, ".tex": _latex}
"""By the suffix of the file."""
