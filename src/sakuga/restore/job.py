"""Restore many files: one after the other, a bad one never in the way of the rest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.engine.picture import redraw
from sakuga.media.events import Finished, OnEvent, Opened, Planned, Result, Warned, ignore
from sakuga.media.outcome import failed, look, there_already
from sakuga.media.plan import Plan, Task, plan
from sakuga.media.space import shortage
from sakuga.media.tracker import Tracker
from sakuga.restore.crew import Crew
from sakuga.restore.maker import Maker
from sakuga.restore.opening import OpenEngine, open_engine
from sakuga.restore.settings import RestoreSettings
from sakuga.restore.video import restore_video
from sakuga.restore.work import tidy

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


def restore(
    names: Iterable[str | Path],
    out: str | Path = "restored",
    *,
    settings: RestoreSettings | None = None,
    on_event: OnEvent = ignore,
    opener: OpenEngine = open_engine,
) -> list[Result]:
    """Restore files, folders and globs into `out`, and say of each source what became of it.

    A file that fails is a Result with a sentence and stops no other. The engine is opened once, and only if
    there is something to do. Raises SakugaError where nothing can be done: no model, no device.
    """
    chosen = settings or RestoreSettings()
    planned = plan(names, Path(out), chosen)
    on_event(Planned(planned))
    runner = _Runner(planned.tasks, chosen, on_event, opener)
    results: list[Result] = []
    for result in _results(planned, runner):
        on_event(result)
        results.append(result)
    on_event(Finished(tuple(results), *runner.saved))
    return results


def _results(planned: Plan, runner: _Runner) -> Iterator[Result]:
    for problem in planned.problems:
        yield Result(problem.path, None, "failed", problem.sentence)
    for task in planned.finished:
        tidy(task.destination)
        yield there_already(task)
    for task in planned.tasks:
        yield runner.result(task)


class _Runner:
    """Runs tasks on one engine, which is opened when the first file turns out to be readable."""

    def __init__(
        self, tasks: Sequence[Task], settings: RestoreSettings, on_event: OnEvent, opener: OpenEngine
    ) -> None:
        self._tasks, self._settings, self._on_event, self._opener = tasks, settings, on_event, opener
        self._tracker = Tracker(tasks, on_event)
        self._noted = 0

    def result(self, task: Task) -> Result:
        """What becomes of `task`; raises SakugaError only where the engine cannot be opened."""
        began = time.monotonic()
        try:
            look(task)
        except Exception as error:
            return failed(task, error)
        engine = self._engine
        self._tracker.start(task)
        result = self._attempt(engine, task)
        self._tell_new_notes(engine)
        return replace(result, seconds=time.monotonic() - began)

    @property
    def saved(self) -> tuple[float, float]:
        """Of all that was done: the drift of colour that was put back, and the share that was reused."""
        if "_engine" not in self.__dict__:
            return 0.0, 0.0
        return self._engine.report.drift, self._engine.report.reused

    @cached_property
    def _engine(self) -> FrameEngine:
        engine = self._opener(self._settings, self._on_event)
        report = engine.report
        self._on_event(Opened(report.model, report.device, report.backend, report.precision, report.notes))
        self._noted = len(report.notes)
        if short := shortage(self._tasks, engine.scale):
            self._on_event(Warned(short))
        return engine

    def _tell_new_notes(self, engine: FrameEngine) -> None:
        notes = engine.report.notes
        for note in notes[self._noted :]:
            self._on_event(Warned(note))
        self._noted = len(notes)

    def _attempt(self, engine: FrameEngine, task: Task) -> Result:
        try:
            return self._restore(engine, task)
        except Exception as error:
            return failed(task, error)

    def _restore(self, engine: FrameEngine, task: Task) -> Result:
        source, destination, count = task.source, task.destination, self._tracker.count
        treatment = self._settings.treatment
        if task.kind == "picture":
            quality, engine = self._settings.quality, treatment.controlled(engine)
            frames = redraw(engine, source, destination, quality=quality, on_count=count)
            return Result(source, destination, "done", frames=frames)
        outcome = restore_video(
            engine,
            source,
            destination,
            self._settings.encoding,
            treatment=treatment,
            hands=Maker(Crew((self._settings, source, destination), self._settings.workers - 1)),
            on_count=count,
            on_note=lambda note: self._on_event(Warned(note)),
        )
        return Result(source, destination, "done", frames=outcome.frames, warnings=outcome.warnings)
