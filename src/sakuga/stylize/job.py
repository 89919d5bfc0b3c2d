"""Stylize many files: one after the other, a bad one never in the way of the rest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.engine import alpha
from sakuga.engine.finished import Finished
from sakuga.engine.picture import redraw
from sakuga.engine.shots import ByShot
from sakuga.engine.video import redraw_video
from sakuga.media import events
from sakuga.media.events import OnEvent, Opened, Planned, Result, Warned, ignore
from sakuga.media.outcome import failed, look, there_already
from sakuga.media.plan import Plan, Task, plan
from sakuga.media.space import shortage
from sakuga.media.tracker import Tracker
from sakuga.media.work import tidy
from sakuga.stylize.finish import controls
from sakuga.stylize.opening import OpenEngine, open_engine
from sakuga.stylize.settings import StylizeSettings

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


def stylize(
    names: Iterable[str | Path],
    out: str | Path = "stylized",
    *,
    settings: StylizeSettings | None = None,
    on_event: OnEvent = ignore,
    opener: OpenEngine = open_engine,
) -> list[Result]:
    """Stylize files, folders and globs into `out`, and say of each source what became of it.

    A file that fails is a Result with a sentence and stops no other. The engine is opened once, and only if
    there is something to do. Raises SakugaError where nothing can be done: no model, no device.
    """
    chosen = settings or StylizeSettings()
    planned = plan(names, Path(out), chosen)
    on_event(Planned(planned))
    runner = _Runner(planned.tasks, chosen, on_event, opener)
    results: list[Result] = []
    for result in _results(planned, runner):
        on_event(result)
        results.append(result)
    on_event(events.Finished(tuple(results)))
    return results


def _results(planned: Plan, runner: _Runner) -> Iterator[Result]:
    for problem in planned.problems:
        yield Result(problem.path, None, "failed", problem.sentence)
    for task in planned.finished:
        tidy(task.destination)
        yield there_already(task)
    yield from map(runner.result, planned.tasks)


class _Runner:
    """Runs tasks on one engine, which is opened when the first file turns out to be readable."""

    def __init__(
        self, tasks: Sequence[Task], settings: StylizeSettings, on_event: OnEvent, opener: OpenEngine
    ) -> None:
        self._tasks, self._settings, self._on_event, self._opener = tasks, settings, on_event, opener
        self._controls = controls(settings)
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
        return replace(result, seconds=time.monotonic() - began, model=engine.report.model)

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
            return self._video(engine, task) if task.kind == "video" else self._picture(engine, task)
        except Exception as error:
            return failed(task, error)

    def _picture(self, engine: FrameEngine, task: Task) -> Result:
        finish = self._controls.finish(task.source)
        frames = redraw(
            Finished(ByShot(engine), finish) if finish else ByShot(engine),
            task.source,
            task.destination,
            quality=self._settings.quality,
            transparent=alpha.kept,
            on_count=self._tracker.count,
        )
        return Result(task.source, task.destination, "done", frames=frames)

    def _video(self, engine: FrameEngine, task: Task) -> Result:
        treatment = replace(
            self._settings.treatment,
            finish=self._controls.finish(task.source),
            control=self._controls.words(task.source),
        )
        outcome = redraw_video(
            engine,
            task.source,
            task.destination,
            self._settings.encoding,
            treatment=treatment,
            on_count=self._tracker.count,
            on_note=lambda note: self._on_event(Warned(note)),
        )
        return Result(task.source, task.destination, "done", frames=outcome.frames, warnings=outcome.warnings)
