"""Curate many videos: look at all, choose, write what was chosen; a bad video never stops the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sakuga.curate import folder, naming
from sakuga.curate.crew import Crew, sentence
from sakuga.curate.events import Finished, Noted, OnEvent, Planned, Result, State, Surveyed
from sakuga.curate.folder import Line
from sakuga.curate.kind import Choice, Finding, Kind, Order
from sakuga.curate.publishing import publish
from sakuga.curate.records import Records, stamp
from sakuga.curate.videos import videos
from sakuga.media.sources import Problem, Source


def run(
    kind: Kind[Any, Any],
    names: Iterable[str | Path],
    out: Path,
    crew: Crew,
    on_event: OnEvent,
    problems: Iterable[Problem] = (),
) -> list[Result]:
    """Make a set of this kind of the videos that `names` mean.

    The set is what these say: the same videos and settings give the same set, whatever was there and whoever
    is in the crew. A video that fails is a Result with a sentence, and keeps the lines that it had.
    Raises InputError where `out` holds a set of other videos, and OutputError where it cannot be written.
    """
    found = videos(names, out)
    folder.refuse_another_set(out, found.sources)
    on_event(Planned(len(found.sources), found.ignored))
    with crew:
        return _Job(kind, found.sources, out, crew, on_event).run([*found.problems, *problems])


@dataclass(frozen=True, slots=True)
class _Task:
    """One video to look at."""

    kind: Kind[Any, Any]
    source: Source
    stem: str
    out: Path

    @property
    def key(self) -> dict[str, Any]:
        """All that the finding depends on."""
        return {**self.kind.key(), "sakuga": version("sakuga"), **stamp(self.source.path)}


def _look(task: _Task) -> Finding:
    """Look at a video, and keep what was found before anything else is done."""
    key = task.key
    found = task.kind.look(task.source.path, task.source.place.as_posix())
    Records(task.out).put(task.stem, f"{task.kind.name}-found", key, found.to_json())
    return found


@dataclass(frozen=True, slots=True)
class _Making:
    """What is to be written of one video, and all that it depends on."""

    kind: Kind[Any, Any]
    order: Order[Any, Any]
    key: Mapping[str, Any]


def _make(making: _Making) -> list[Line]:
    lines = making.kind.make(making.order)
    record = f"{making.kind.name}-made"
    Records(making.order.out).put(making.order.stem, record, making.key, {"lines": lines})
    return lines


class _Job:
    """One run over all videos, each known by its place in the list."""

    def __init__(
        self, kind: Kind[Any, Any], sources: Sequence[Source], out: Path, crew: Crew, on_event: OnEvent
    ) -> None:
        self._kind, self._sources, self._out = kind, sources, out
        self._crew, self._on_event = crew, on_event
        self._tasks = [
            _Task(kind, source, stem, out)
            for source, stem in zip(sources, naming.stems(sources), strict=True)
        ]
        self._records = Records(out)
        self._found: dict[int, Finding] = {}
        self._choices: dict[int, Choice[Any]] = {}
        self._made: dict[int, Sequence[Line]] = {}
        self._results: list[Result] = []

    def run(self, problems: Iterable[Problem]) -> list[Result]:
        for problem in problems:
            self._tell(Result(problem.path, "failed", problem.sentence))
        self._look_at_all()
        indices = sorted(self._found)
        choices = self._kind.choose([self._found[index] for index in indices])
        self._choices = dict(zip(indices, choices, strict=True))
        self._make_all()
        lines = self._lines()
        publish(self._out, lines, sum((choice.left_out for choice in choices), Counter[str]()))
        rejected = len(self._rejected)
        self._on_event(Finished(tuple(self._results), self._out, len(lines), rejected, self._kind.chosen))
        return self._results

    def _tell(self, result: Result) -> None:
        self._results.append(result)
        self._on_event(result)

    def _failed(self, index: int, error: Exception | None) -> None:
        assert error is not None, "an outcome has one or the other"
        path = self._sources[index].path
        self._tell(Result(path, "failed", sentence(path, error), error=error))

    def _look_at_all(self) -> None:
        self._tell_changes()
        for index, task in enumerate(self._tasks):
            kept = self._records.get(task.stem, f"{self._kind.name}-found", task.key)
            try:
                self._found[index] = self._kind.finding.from_json(kept or {})
            except (KeyError, TypeError, ValueError):
                continue
            self._looked_at(index, 0.0, kept=True)
        left = [index for index in range(len(self._tasks)) if index not in self._found]
        began = time.monotonic()
        for outcome in self._crew.each(_look, [self._tasks[index] for index in left]):
            index, now = left[outcome.index], time.monotonic()
            if outcome.found is None:
                self._failed(index, outcome.error)
            else:
                self._found[index] = outcome.found
                self._looked_at(index, now - began, kept=False)
            began = now

    def _looked_at(self, index: int, seconds: float, *, kept: bool) -> None:
        path, found = self._sources[index].path, self._found[index]
        place, count = len(self._found), len(self._sources)
        self._on_event(Surveyed(path, place, count, len(found), seconds, kept, self._kind.looked_at))
        for warning in () if kept else found.warnings:
            self._on_event(Noted(warning))

    def _tell_changes(self) -> None:
        """Say why what an earlier run found does not count."""
        kind = f"{self._kind.name}-found"
        names = {name for it in self._tasks for name in self._records.changed(it.stem, kind, it.key)}
        own = sorted(names - {"bytes", "modified"})
        if own:
            self._on_event(
                Noted(f"Other settings than before ({', '.join(own)}): videos are looked at anew.")
            )

    def _make_all(self) -> None:
        makings = {index: self._making(index) for index in self._choices}
        left: list[int] = []
        for index, making in makings.items():
            kept = self._kept(making)
            if kept is None:
                left.append(index)
            else:
                self._finished(index, kept, "skipped")
        for outcome in self._crew.each(_make, [makings[index] for index in left]):
            index = left[outcome.index]
            if outcome.found is None:
                self._failed(index, outcome.error)
            else:
                self._finished(index, outcome.found, "done")

    def _making(self, index: int) -> _Making:
        task = self._tasks[index]
        name = naming.printable(str(task.source.path))
        chosen = self._choices[index].picks
        picks = [pick for pick in chosen if (name, pick.pts, pick.part) not in self._rejected]
        key = {"settings": self._kind.settings(), "source": name, **stamp(task.source.path)}
        key |= {"picks": [pick.to_json() for pick in picks]}
        order = Order(task.source.path, task.stem, self._out, self._found[index], picks)
        return _Making(self._kind, order, key)

    def _kept(self, making: _Making) -> list[Line] | None:
        """What an earlier run wrote, if all of it is still there."""
        kept = self._records.get(making.order.stem, f"{self._kind.name}-made", making.key)
        lines: list[Line] | None = kept.get("lines") if kept else None
        there = lines is not None and all((self._out / line["file"]).exists() for line in lines)
        return lines if there else None

    def _finished(self, index: int, lines: Sequence[Line], state: State) -> None:
        self._made[index] = lines
        path, left_out = self._sources[index].path, self._choices[index].left_out
        self._tell(Result(path, state, "", len(lines), left_out, self._kind.chosen))

    def _lines(self) -> list[Line]:
        """The manifest; a video that failed this time keeps the lines that it had."""
        before: dict[object, list[Line]] = {}
        for line in folder.lines(self._out):
            before.setdefault(line["source"], []).append(line)
        found: list[Line] = []
        for index, source in enumerate(self._sources):
            found += self._made.get(index, before.get(naming.printable(str(source.path)), []))
        return found

    @cached_property
    def _rejected(self) -> set[tuple[object, object, object]]:
        """What a review took out."""
        return {folder.identity(line) for line in folder.lines(self._out / folder.REJECTED)}
