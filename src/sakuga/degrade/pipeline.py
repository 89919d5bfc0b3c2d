"""From a clean clip to a bad one: draw a sample from a preset, apply it, and tell it as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any, cast

import numpy as np

from sakuga.degrade.clip import Clip, stream
from sakuga.degrade.operators import OPERATORS, Operator
from sakuga.degrade.preset import Place, Preset, Step
from sakuga.degrade.presets import PRESETS
from sakuga.errors import InputError

Sample = tuple[Step, ...]
"""All that happens to one clip, in order."""
Pool = Sequence[Callable[[Clip], Clip]]
"""Learned operators: each halves a clip as one real video would."""
_TRIALS = 64
"""Of a part that takes learned operators now and then; one that never does is found by that."""


def named(preset: str) -> Preset:
    """The preset of that name. Raises InputError where there is none."""
    if preset not in PRESETS:
        raise InputError(f"There is no preset {preset!r}; there are {', '.join(PRESETS)}.")
    return PRESETS[preset]


def draw(
    preset: Preset,
    chance: np.random.Generator,
    size: tuple[int, int],
    *,
    scale: int = 4,
    frames: int = 1,
    learned: int = 0,
) -> Sample:
    """One sample for a clip of `frames` frames of (height, width); learned: how many learned operators."""
    place = Place(chance, *size, size, scale, frames, learned)
    return tuple(preset.part.draw(place))


def takes_learned(preset: Preset, scale: int = 4) -> bool:
    """Whether learned operators, where there are some, ever have a part in it."""
    chance = stream(0, 0)
    trials = (draw(preset, chance, (64, 64), scale=scale, learned=1) for _ in range(_TRIALS))
    return any(step.operator == "learned" for sample in trials for step in sample)


def apply(sample: Sample, clip: Clip, learned: Pool = ()) -> Clip:
    """What becomes of `clip` (N, H, W, 3); depends on nothing but its arguments.

    Raises InputError for an operator or a parameter that there is not, CodecError where a codec fails.
    """
    for step in sample:
        if step.operator == "learned":
            clip = _halved(clip, learned, **cast("Any", step.parameters))
        else:
            clip = _operator(step, clip)(clip, **cast("Any", step.parameters))
    return clip


def _operator(step: Step, clip: Clip) -> Operator:
    if step.operator not in OPERATORS:
        raise InputError(f"There is no operator {step.operator!r}; there are {', '.join(OPERATORS)}.")
    operator = OPERATORS[step.operator]
    try:
        signature(operator).bind(clip, **step.parameters)
    except TypeError as error:
        raise InputError(f"The operator {step.operator} cannot be told that: {error}.") from error
    return operator


def _halved(clip: Clip, pool: Pool, index: int) -> Clip:
    if index >= len(pool):
        raise InputError(f"The sample has learned operator {index}, and `learned` has {len(pool)} of them.")
    half = np.asarray(pool[index](clip), np.float32)
    frames, height, width, _ = clip.shape
    if half.shape != (frames, height // 2, width // 2, 3):
        raise InputError(f"Learned operator {index} made {half.shape} of {clip.shape} instead of halving it.")
    return half


def degrade(
    clip: Clip, preset: str, *, seed: int, index: int, scale: int = 4, learned: Pool = ()
) -> tuple[Clip, Sample]:
    """Degrade a clip (N, H, W, 3) to (N, H // scale, W // scale, 3) in levels of 8 bits.

    (seed, index) decide the sample, and nothing else does: any worker draws the same. Returns it, too.
    """
    sample = draw(
        named(preset),
        stream(seed, index),
        clip.shape[1:3],
        scale=scale,
        frames=len(clip),
        learned=len(learned),
    )
    return apply(sample, clip, learned), sample


def to_json(sample: Sample) -> str:
    """One line."""
    return json.dumps([{"operator": step.operator, **step.parameters} for step in sample])


def from_json(text: str) -> Sample:
    """What `to_json` wrote. Raises InputError where it is no sample."""
    try:
        steps = cast("list[dict[str, Any]]", json.loads(text))
        return tuple(Step(step.pop("operator"), step) for step in steps)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"This is no sample of a degradation: {text[:60]}.") from error
