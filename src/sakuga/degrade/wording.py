"""A sample of a degradation in words, as contact sheets have it below their pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sakuga.degrade import pipeline
from sakuga.degrade.pipeline import Sample


def in_words(steps: Iterable[Mapping[str, Any]]) -> str:
    """Steps as `pipeline.to_json` spells them, without their seeds, which say nothing to a reader."""
    return "; ".join(map(_step, steps))


def words_of(sample: Sample) -> str:
    """The same of a sample."""
    return in_words(json.loads(pipeline.to_json(sample)))


def _step(step: Mapping[str, Any]) -> str:
    told = ", ".join(
        f"{name} {_number(value)}" for name, value in step.items() if name not in ("operator", "seed")
    )
    return f"{step['operator']} ({told})" if told else str(step["operator"])


def _number(value: object) -> object:
    if isinstance(value, list):
        return " ".join(str(_number(each)) for each in cast("list[object]", value))
    return f"{value:.2f}" if isinstance(value, float) else value
