"""Measure a folder of results: what is asked for, what comes out, and how it comes about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sakuga.errors import InputError, SakugaError
from sakuga.evaluate import origin
from sakuga.evaluate.clips import Clip, clips
from sakuga.evaluate.measure import Row, measure
from sakuga.evaluate.pairs import pair
from sakuga.evaluate.protocol import PROTOCOLS, Protocol
from sakuga.evaluate.sets import distances
from sakuga.evaluate.summary import Summary, summarise
from sakuga.metrics.table import MEASURES


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure and how; validated at construction (InputError)."""

    metrics: tuple[str, ...] = ("niqe",)
    protocol: str = "plain"
    border: int = 0
    """Pixels that are cut off on each side of a result, and as many fewer of a smaller reference."""
    model: str | None = None
    """A name of the catalog, or a file of weights, that made the results."""

    def __post_init__(self) -> None:
        if not self.metrics:
            raise InputError("--metrics names no measure; give at least one, such as niqe.")
        for name in self.metrics:
            _known(name, MEASURES, "--metrics", "measure")
        _known(self.protocol, PROTOCOLS, "--protocol", "protocol")
        if self.border < 0:
            raise InputError(f"--crop-border is {self.border}; it is a number of pixels, 0 or more.")

    @property
    def compares(self) -> list[str]:
        """The measures that need a reference."""
        return [name for name in self.metrics if MEASURES[name].needs != "nothing"]

    @property
    def of_sets(self) -> list[str]:
        """Those that compare folders as a whole."""
        return [name for name in self.metrics if MEASURES[name].needs == "set"]

    @property
    def of_pictures(self) -> list[str]:
        """All others."""
        return [name for name in self.metrics if MEASURES[name].needs != "set"]

    @property
    def pairs(self) -> bool:
        """Whether a result needs a reference of its own."""
        return any(name not in self.of_sets for name in self.compares)


@dataclass(slots=True)
class Evaluation:
    """What came out."""

    folder: Path
    reference: Path | None
    asked: Asked
    rows: list[Row] = field(default_factory=list[Row])
    summaries: dict[str, Summary] = field(default_factory=dict[str, Summary])
    problems: list[str] = field(default_factory=list[str])
    """A sentence for each thing that could not be measured."""
    notes: list[str] = field(default_factory=list[str])
    origins: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Measure -> what else its numbers depend on."""
    versions: dict[str, str] = field(default_factory=dict[str, str])
    models: dict[str, Mapping[str, Any] | None] = field(default_factory=dict[str, Mapping[str, Any] | None])
    """File of a row -> the model that made it, as far as is known."""


OnClip = Callable[[int, int, str], None]
"""Told number, count and name of each clip before it is measured."""


def quiet(number: int, count: int, name: str) -> None:
    """Progress that nobody looks at."""
    del number, count, name


def evaluate(folder: Path, reference: Path | None, asked: Asked, on_clip: OnClip = quiet) -> Evaluation:
    """Measure every picture and video of `folder`, in pairs with those of `reference` where there is one.

    Raises InputError where nothing can be measured, and ModelError or WeightsError where a measure cannot be
    had. What is wrong with single files is in `problems`.
    """
    if asked.compares and reference is None:
        raise InputError(f"{asked.compares[0]} compares with originals or sources: name them by --reference.")
    protocol = PROTOCOLS[asked.protocol]
    made = Evaluation(folder, reference if asked.compares else None, asked, versions=origin.versions())
    model = origin.model_of(asked.model) if asked.model else None
    if reference and not asked.compares:
        made.notes.append("No measure that was asked for compares, so --reference is not looked at.")
    pairs = _found(made, protocol)
    _movable(pairs, asked)
    made.origins = {name: MEASURES[name].origin() for name in asked.metrics}
    if reference and asked.of_sets:
        made.rows.append(_whole(made, reference, protocol))
    for number, (clip, other) in enumerate(pairs if asked.of_pictures else [], start=1):
        on_clip(number, len(pairs), clip.name)
        try:
            rows = measure(clip, other, asked.of_pictures, protocol, asked.border)
        except SakugaError as error:
            made.problems.append(str(error))
            continue
        made.rows += rows
        for file in {row.file for row in rows}:
            made.models[file] = model or origin.carried(Path(file))
    _conclude(made, protocol)
    return made


def _found(made: Evaluation, protocol: Protocol) -> list[tuple[Clip, Clip | None]]:
    results, made.problems = clips(made.folder, protocol)
    made.notes += _unexpected(results, protocol)
    if made.reference is None or not made.asked.pairs:
        return [(clip, None) for clip in results]
    references, problems = clips(made.reference, protocol)
    if made.folder.is_file() and made.reference.is_file():
        return [(results[0], references[0])]
    pairs, unpaired = pair(results, references)
    made.problems += [*problems, *unpaired]
    if not pairs:
        raise InputError(
            f"No file of {made.folder} has the name of one of {made.reference}; they are paired by name."
        )
    return [*pairs]


def _whole(made: Evaluation, reference: Path, protocol: Protocol) -> Row:
    """The row of both folders as sets."""
    results, _ = clips(made.folder, protocol)
    references, problems = clips(reference, protocol)
    made.problems += [each for each in problems if each not in made.problems]
    values = distances(results, references, made.asked.of_sets, protocol, made.asked.border, made.problems)
    return Row(made.folder.resolve().name, str(made.folder), str(reference), None, "set", values)


def _movable(pairs: list[tuple[Clip, Clip | None]], asked: Asked) -> None:
    moving = [name for name in asked.metrics if MEASURES[name].needs == "sequence"]
    if moving and all(clip.kind == "picture" for clip, _ in pairs):
        raise InputError(
            f"{moving[0]} needs moving pictures: videos, or folders of frames with --protocol frames."
        )


def _unexpected(results: list[Clip], protocol: Protocol) -> list[str]:
    if protocol.expected is None:
        return []
    count, length = protocol.expected
    odd = [clip.name for clip in results if clip.kind == "folder" and len(clip.files) != length]
    notes = [f"This protocol is for {count} clips, and there are {len(results)}."] * (len(results) != count)
    return notes + [f"{name} does not have {length} frames, as its protocol's clips do." for name in odd[:5]]


def _conclude(made: Evaluation, protocol: Protocol) -> None:
    for name in made.asked.metrics:
        values: dict[str, list[float]] = {}
        for row in made.rows:
            if name in row.values:
                values.setdefault(row.clip, []).append(row.values[name])
        made.summaries[name] = told = summarise(values, by_clip=protocol.mean == "clips")
        empty = sum(map(len, values.values())) - told.count
        if empty:
            where = f"{name} has no value in {empty} of {told.count + empty} places"
            made.notes.append(f"{where}: there is none where {MEASURES[name].silent}.")
        if not told.count:
            made.problems.append(f"{name} has no value at all.")


def _known(name: str, table: Mapping[str, object], flag: str, what: str) -> None:
    if name in table:
        return
    near = get_close_matches(name, table, 1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(table)}."
    raise InputError(f"{flag}: there is no {what} called {name}; {hint}")
