"""Measure one clip: every measure on what it needs of it, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sakuga.errors import InputError
from sakuga.evaluate.clips import Clip
from sakuga.evaluate.frames import Pair, frames, size
from sakuga.evaluate.protocol import Protocol, chosen
from sakuga.media.frames import Pixels
from sakuga.metrics.table import METRICS, Metric

Part = Literal["whole", "left", "right", "clip", "set"]
Metrics = Mapping[str, Metric]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured at one place."""

    clip: str
    file: str
    """The picture, the video, or the folder of a clip's frames."""
    reference: str | None
    frame: int | None
    """From 0; None for a picture that stands for itself, for a whole clip and for a set."""
    part: Part
    values: dict[str, float] = field(default_factory=dict[str, float])
    """Measure -> value, NaN for none."""


def measure(
    clip: Clip, reference: Clip | None, names: Sequence[str], protocol: Protocol, border: int
) -> list[Row]:
    """All rows of a clip. Raises InputError where a frame cannot be read or does not fit its reference."""
    alone, compared, moving = _by_needs(names)
    rows: list[Row] = []
    if alone or compared:
        numbers = None if protocol.frames == "all" else frozenset(chosen(protocol.frames, clip.count()))
        for index, pair in frames(clip, reference, numbers, border):
            where = str(clip.file(index)), str(reference.file(index)) if reference else None
            for part, values in _values(where, pair, alone, compared, protocol.halves):
                rows.append(Row(clip.name, *where, None if clip.kind == "picture" else index, part, values))
    if moving and reference:
        values = {name: each.measure(_moving(clip, reference, border)) for name, each in moving.items()}
        rows.append(Row(clip.name, str(_place(clip)), str(_place(reference)), None, "clip", values))
    return rows


def _by_needs(names: Sequence[str]) -> tuple[Metrics, Metrics, Metrics]:
    """Measures of pictures alone, of pictures with a reference, and of movement."""
    groups: dict[str, dict[str, Metric]] = {"nothing": {}, "reference": {}, "sequence": {}}
    for name in names:
        needs = METRICS[name].needs
        groups["reference" if needs == "source" else needs][name] = METRICS[name]
    return groups["nothing"], groups["reference"], groups["sequence"]


def _values(
    where: tuple[str, str | None], pair: Pair, alone: Metrics, compared: Metrics, halves: int | None
) -> Iterator[tuple[Part, dict[str, float]]]:
    """The values of one frame: in one, or of its halves and then those that compare all of it."""
    parts = list(_parts(pair[0], halves if alone else None))
    for part, pixels in parts:
        values = {name: each.measure(pixels) for name, each in alone.items()}
        yield part, values | (_compared(where, pair, compared) if part == "whole" else {})
    if compared and len(parts) > 1:
        yield "whole", _compared(where, pair, compared)


def _parts(pixels: Pixels, halves: int | None) -> Iterator[tuple[Part, Pixels]]:
    height, width = pixels.shape[:2]
    if halves is None or height * width <= halves:
        yield "whole", pixels
        return
    yield "left", pixels[:, : width // 2]
    yield "right", pixels[:, width // 2 :]


def _compared(where: tuple[str, str | None], pair: Pair, metrics: Metrics) -> dict[str, float]:
    pixels, reference = pair
    if reference is None:
        return {}
    for name, each in metrics.items():
        if each.needs == "reference" and pixels.shape != reference.shape:
            raise InputError(
                f"{where[0]} is {size(pixels)} and {where[1]} is {size(reference)}; {name} compares pictures"
                " of one size."
            )
    return {name: each.measure(pixels, reference) for name, each in metrics.items()}


def _moving(clip: Clip, reference: Clip, border: int) -> Iterator[tuple[Pixels, Pixels]]:
    for _, (pixels, source) in frames(clip, reference, None, border):
        if source is not None:
            yield pixels, source


def _place(clip: Clip) -> Path:
    return clip.file(0).parent if clip.kind == "folder" else clip.file(0)
