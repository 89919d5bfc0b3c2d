"""Curate many videos: look at all, choose, write the chosen pictures; a bad video never stops the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sakuga.curate import folder, naming, selections
from sakuga.curate.choosing import Choice, Chooser
from sakuga.curate.crew import each, sentence
from sakuga.curate.events import Finished, Noted, OnEvent, Planned, Result, State, Surveyed, ignore
from sakuga.curate.facts import Survey
from sakuga.curate.folder import Line
from sakuga.curate.making import Order, make, thumbnail, told
from sakuga.curate.publishing import publish
from sakuga.curate.records import Records, stamp
from sakuga.curate.scores import SCORES
from sakuga.curate.settings import CurateSettings
from sakuga.curate.surveying import survey
from sakuga.curate.videos import videos
from sakuga.media.sources import Problem, Source


def curate(
    names: Iterable[str | Path],
    out: str | Path = "curated",
    *,
    settings: CurateSettings | None = None,
    on_event: OnEvent = ignore,
) -> list[Result]:
    """Choose pictures of the videos that `names` mean, and write them, a manifest and a page into `out`.

    The set is what the command says: the same videos and settings give the same pictures, whatever was there
    and however many workers there are. A video that fails is a Result with a sentence, and keeps the pictures
    that it had. Raises SakugaError where nothing can be done.
    """
    chosen, place = settings or CurateSettings(), Path(out)
    selections.check(chosen.selection, chosen.count)
    SCORES[chosen.score].open(chosen)
    found = videos(names, place)
    folder.refuse_another_set(place, found.sources)
    on_event(Planned(len(found.sources), found.ignored))
    return _Job(found.sources, place, chosen, on_event).run(found.problems)


@dataclass(frozen=True, slots=True)
class _Task:
    """One video to look at."""

    source: Source
    stem: str
    out: Path
    settings: CurateSettings
    score_key: Mapping[str, Any]

    @property
    def key(self) -> dict[str, Any]:
        """All that the survey of this video depends on."""
        settings = self.settings
        looked_at = "all" if settings.selection == "paper" else settings.selection
        own = {"score": settings.score, "looked_at": looked_at, "crop": settings.crop, **self.score_key}
        return own | {"sakuga": version("sakuga")} | stamp(self.source.path)


def _survey(task: _Task) -> Survey:
    """Look at a video, and keep what was found before anything else is done."""
    found = survey(task.source.path, task.source.place.as_posix(), task.settings)
    Records(task.out).put(task.stem, "survey", task.key, found.to_json())
    return found


@dataclass(frozen=True, slots=True)
class _Making:
    """Pictures of one video to write."""

    order: Order
    key: Mapping[str, Any]


def _make(making: _Making) -> list[Line]:
    found = make(making.order)
    Records(making.order.out).put(making.order.stem, "made", making.key, {"lines": found})
    return found


class _Job:
    """One run over all videos, each known by its place in the list."""

    def __init__(
        self, sources: Sequence[Source], out: Path, settings: CurateSettings, on_event: OnEvent
    ) -> None:
        self._sources, self._out, self._settings, self._on_event = sources, out, settings, on_event
        self._stems = naming.stems(sources)
        self._records = Records(out)
        self._surveys: dict[int, Survey] = {}
        self._made: dict[int, Sequence[Line]] = {}
        self._choices: dict[int, Choice] = {}
        self._results: list[Result] = []

    def run(self, problems: Iterable[Problem]) -> list[Result]:
        for problem in problems:
            self._tell(Result(problem.path, "failed", problem.sentence))
        self._look_at_all()
        self._choose()
        self._make_all()
        lines = self._lines()
        publish(self._out, lines, self._left_out)
        self._on_event(Finished(tuple(self._results), self._out, len(lines), len(self._rejected)))
        return self._results

    def _tell(self, result: Result) -> None:
        self._results.append(result)
        self._on_event(result)

    def _failed(self, index: int, error: Exception | None) -> None:
        assert error is not None, "an outcome has one or the other"
        path = self._sources[index].path
        self._tell(Result(path, "failed", sentence(path, error), error=error))

    def _look_at_all(self) -> None:
        key = SCORES[self._settings.score].key(self._settings)
        tasks = [
            _Task(source, stem, self._out, self._settings, key)
            for source, stem in zip(self._sources, self._stems, strict=True)
        ]
        self._tell_changes(tasks)
        left: list[int] = []
        for index, task in enumerate(tasks):
            kept = self._records.get(task.stem, "survey", task.key)
            try:
                self._surveys[index] = Survey.from_json(kept or {})
            except (KeyError, TypeError, ValueError):
                left.append(index)
            else:
                self._looked_at(index, 0.0, kept=True)
        began = time.monotonic()
        for outcome in each(_survey, [tasks[index] for index in left], self._settings.workers):
            index, now = left[outcome.index], time.monotonic()
            if outcome.found is None:
                self._failed(index, outcome.error)
            else:
                self._surveys[index] = outcome.found
                self._looked_at(index, now - began, kept=False)
            began = now

    def _looked_at(self, index: int, seconds: float, *, kept: bool) -> None:
        count, found = len(self._sources), self._surveys[index]
        pictures = len(found.pictures)
        self._on_event(
            Surveyed(self._sources[index].path, len(self._surveys), count, pictures, seconds, kept)
        )
        for warning in () if kept else found.warnings:
            self._on_event(Noted(warning))

    def _tell_changes(self, tasks: Sequence[_Task]) -> None:
        """Say why what an earlier run found does not count."""
        names = {name for task in tasks for name in self._records.changed(task.stem, "survey", task.key)}
        own = sorted(names - {"bytes", "modified"})
        if own:
            self._on_event(
                Noted(f"Other settings than before ({', '.join(own)}): videos are looked at anew.")
            )

    def _choose(self) -> None:
        """In the order of the videos, as a picture that is like an earlier one is left out."""
        choose = Chooser(self._settings)
        for index in sorted(self._surveys):
            self._choices[index] = choose(self._surveys[index])

    def _make_all(self) -> None:
        makings = {index: self._making(index) for index in self._choices}
        left: list[int] = []
        for index, making in makings.items():
            kept = self._kept(making)
            if kept is None:
                left.append(index)
            else:
                self._finished(index, kept, "skipped")
        for outcome in each(_make, [makings[index] for index in left], self._settings.workers):
            index = left[outcome.index]
            if outcome.found is None:
                self._failed(index, outcome.error)
            else:
                self._finished(index, outcome.found, "done")

    def _making(self, index: int) -> _Making:
        source, stem, found = self._sources[index], self._stems[index], self._surveys[index]
        name = naming.printable(str(source.path))
        picks = [pick for pick in self._choices[index].picks if (name, pick.facts.pts) not in self._rejected]
        order = Order(source.path, stem, found, picks, self._settings, self._out)
        picked = [[pick.facts.pts, pick.partition, pick.rank] for pick in picks]
        own = {"settings": told(self._settings), "licence": self._settings.licence, "source": name}
        return _Making(order, {"picks": picked, **own, **stamp(source.path)})

    def _kept(self, making: _Making) -> list[Line] | None:
        """What an earlier run wrote, if all of it is still there."""
        kept = self._records.get(making.order.stem, "made", making.key)
        lines: list[Line] | None = kept.get("lines") if kept else None
        return lines if lines is not None and all(map(self._is_there, lines)) else None

    def _is_there(self, line: Line) -> bool:
        return (self._out / line["file"]).is_file() and thumbnail(self._out, line["file"]).is_file()

    def _finished(self, index: int, lines: Sequence[Line], state: State) -> None:
        self._made[index] = lines
        left_out = self._choices[index].left_out
        self._tell(Result(self._sources[index].path, state, "", len(lines), left_out))

    def _lines(self) -> list[Line]:
        """The manifest; a video that failed this time keeps the lines that it had."""
        before: dict[object, list[Line]] = {}
        for line in folder.lines(self._out):
            before.setdefault(line["source"], []).append(line)
        found: list[Line] = []
        for index, source in enumerate(self._sources):
            found += self._made.get(index, before.get(naming.printable(str(source.path)), []))
        return found

    @property
    def _left_out(self) -> Counter[str]:
        return sum((choice.left_out for choice in self._choices.values()), Counter[str]())

    @cached_property
    def _rejected(self) -> set[tuple[object, object]]:
        """What a review took out."""
        return {folder.identity(line) for line in folder.lines(self._out / folder.REJECTED)}
