"""The outcome as files: Markdown for people, JSON with all that is known, CSV with a line for each value."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from quality_claims import MEASURES, Outcome, claimed, interval
from quality_networks import FAST
from sakuga.evaluate import origin
from sakuga.media.atomic import replacing
from sakuga.metrics.table import METRICS


def markdown(told: Outcome) -> str:
    """All tables."""
    return "\n".join(
        [*_head(told), *_means(told), *_details(told), *_times(told), *_against(told), *_claims(told)]
    )


def _head(told: Outcome) -> Iterator[str]:
    pictures, drawings = ({getattr(pair, name) for pair in told.pairs} for name in ("picture", "drawing"))
    yield f"{len(pictures)} parts of {len(drawings)} drawings of {told.split}, {len(told.pairs)} pairs."
    yield "Means, and 95 % bootstrap intervals over drawings in brackets.\n"
    yield from (f"- {note}" for note in told.notes)


def _means(told: Outcome) -> Iterator[str]:
    yield "| | " + " | ".join(f"{name}, {METRICS[name].better} is better" for name in MEASURES) + " |"
    yield "|---" * (len(MEASURES) + 1) + "|"
    for network in told.networks:
        cells = (interval(told.mean(network.name, measure)) for measure in MEASURES)
        yield f"| {network.name} | {' | '.join(cells)} |"


def _details(told: Outcome) -> Iterator[str]:
    strengths = told.strengths[1:]
    yield "\n| " + " | ".join(["measure", "network", *strengths]) + " |"
    yield "|---" * (len(strengths) + 2) + "|"
    for measure in MEASURES:
        for network in told.networks:
            cells = (interval(told.mean(network.name, measure, strength)) for strength in strengths)
            yield f"| {measure} | {network.name} | {' | '.join(cells)} |"


def _times(told: Outcome) -> Iterator[str]:
    if FAST not in told.times:
        return
    width, height = told.size
    yield f"\n| {width}x{height} | runs on | s | processor s | times {FAST} | of the processor's |"
    yield "|---|---|---|---|---|---|"
    for network in told.networks:
        clock, processor = (median(one[n] for one in told.times[network.name]) for n in (0, 1))
        ratios = " | ".join(f"{each:.3f}" for each in told.ratio(network.name, FAST))
        yield f"| {network.name} | {network.runtime} | {clock:.3f} | {processor:.3f} | {ratios} |"


def _against(told: Outcome) -> Iterator[str]:
    """What each of ours is against every other one, strengths together."""
    for ours in told.named("ours"):
        yield f"\n| {ours} against | " + " | ".join(MEASURES) + " |"
        yield "|---" * (len(MEASURES) + 1) + "|"
        for other in (each.name for each in told.networks if each.name != ours):
            found = [told.difference(ours, other, measure) for measure in MEASURES]
            cells = (f"{each.verdict} {interval(each.summary, sign=True)}" for each in found)
            yield f"| {other} | {' | '.join(cells)} |"


def _claims(told: Outcome) -> Iterator[str]:
    words = {True: "holds", False: "DOES NOT HOLD", None: "not told"}
    yield ""
    yield from (f"- {words[holds]}: {sentence}" for sentence, holds in claimed(told))


def write(told: Outcome, folder: Path) -> None:
    """quality.md, quality.json and quality.csv; each appears when it is whole."""
    with replacing(folder / "quality.md") as partial:
        partial.write_text(markdown(told) + "\n", encoding="utf-8")
    with replacing(folder / "quality.json") as partial:
        partial.write_text(json.dumps(_all(told), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with (
        replacing(folder / "quality.csv") as partial,
        partial.open("w", encoding="utf-8", newline="") as file,
    ):
        csv.writer(file).writerows(_lines(told))


def _all(told: Outcome) -> dict[str, Any]:
    return {
        "split": told.split,
        "versions": origin.versions(),
        "measures": {
            name: {"better": METRICS[name].better, "unit": METRICS[name].unit, **METRICS[name].origin()}
            for name in MEASURES
        },
        "networks": {
            each.name: {"whose": each.whose, "runtime": each.runtime, "weights": dict(each.weights)}
            for each in told.networks
        },
        "means": [
            {"network": each.name, "measure": measure, "strength": strength,
             **_plain(asdict(told.mean(each.name, measure, strength)))}
            for each in told.networks for measure in MEASURES for strength in told.strengths
        ],
        "differences": [
            {"ours": each.ours, "other": each.other, "measure": each.measure, "strength": each.strength,
             "verdict": each.verdict, **_plain(asdict(each.summary))}
            for each in told.differences()
        ],
        "timed": {"width": told.size[0], "height": told.size[1], "seconds, processor seconds": told.times},
        "claims": [{"claim": sentence, "holds": holds} for sentence, holds in claimed(told)],
        "notes": list(told.notes),
        "rows": [dict(zip(_HEAD, line, strict=True)) for line in list(_lines(told))[1:]],
    }  # fmt: skip


_HEAD = ("network", "picture", "kind", "drawing", "strength", "lq", *MEASURES)


def _lines(told: Outcome) -> Iterator[Sequence[Any]]:
    yield _HEAD
    for network in told.networks:
        for pair in told.pairs:
            values = _plain({name: told.values[network.name][pair.name][name] for name in MEASURES})
            named = (pair.picture, pair.kind, pair.drawing, pair.strength, pair.lq.name)
            yield (network.name, *named, *values.values())


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has neither infinity nor NaN."""
    return {
        name: value if not isinstance(value, float) or math.isfinite(value) else None
        for name, value in values.items()
    }
