"""Restore many files: one after the other, a bad one never in the way of the rest."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.engine.maker import Maker
from sakuga.engine.picture import redraw
from sakuga.engine.video import Hands
from sakuga.errors import SakugaError
from sakuga.media.events import Finished, OnEvent, Opened, Planned, Result, Warned, ignore
from sakuga.media.outcome import failed, look, there_already
from sakuga.media.plan import Plan, Task, plan
from sakuga.media.space import shortage
from sakuga.media.tracker import Tracker
from sakuga.media.work import tidy
from sakuga.restore.crew import Crew
from sakuga.restore.opening import OpenEngine, open_engine
from sakuga.restore.settings import RestoreSettings
from sakuga.restore.video import restore_video

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine
    from sakuga.restore.farm import Farm


def restore(
    names: Iterable[str | Path],
    out: str | Path = "restored",
    *,
    settings: RestoreSettings | None = None,
    on_event: OnEvent = ignore,
    opener: OpenEngine = open_engine,
) -> list[Result]:
    """Restore files, folders and globs into `out`, and say of each source what became of it.

    A file that fails is a Result with a sentence and stops no other. The engine of each kind of source is
    opened once, and only if there is something to do. Raises SakugaError where nothing can be done: no model,
    no device.
    """
    chosen = settings or RestoreSettings()
    planned = plan(names, Path(out), chosen)
    on_event(Planned(planned))
    results: list[Result] = []
    with contextlib.ExitStack() as stack:
        runner = _Runner(planned.tasks, chosen, on_event, opener, stack)
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
    """Runs tasks on the engines of their kinds, each opened when a first file turns out to be readable.

    With a cluster videos go there, to its engine; pictures stay here. `stack` ends what was begun.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        settings: RestoreSettings,
        on_event: OnEvent,
        opener: OpenEngine,
        stack: contextlib.ExitStack,
    ) -> None:
        self._tasks, self._settings, self._on_event, self._opener = tasks, settings, on_event, opener
        self._tracker = Tracker(tasks, on_event)
        self._noted: dict[FrameEngine, int] = {}
        self._stack = stack
        self._opened = cache(self._open)

    def result(self, task: Task) -> Result:
        """What becomes of `task`; raises SakugaError only where no engine can be opened, nor could before."""
        began = time.monotonic()
        try:
            moving = look(task)
        except Exception as error:
            return failed(task, error)
        try:
            engine = self._engine(task, moving=moving)
        except SakugaError as error:
            if not self._noted:
                raise
            return failed(task, error)
        self._tracker.start(task)
        result = self._attempt(engine, task)
        self._tell_new_notes(engine)
        return replace(result, seconds=time.monotonic() - began, model=engine.report.model)

    @property
    def saved(self) -> tuple[float, float]:
        """Of all that was done: the drift of colour that was put back, and the share that was reused."""
        reports = [engine.report for engine in self._noted]
        return max((it.drift for it in reports), default=0.0), max((it.reused for it in reports), default=0.0)

    def _is_far(self, task: Task) -> bool:
        return task.kind == "video" and self._settings.cluster is not None

    def _engine(self, task: Task, *, moving: bool) -> FrameEngine:
        far = self._is_far(task)
        return self._farm.engine if far else self._opened(self._settings.named(moving=moving))

    def _open(self, settings: RestoreSettings) -> FrameEngine:
        engine = self._opener(settings, self._on_event)
        self._tell(engine)
        return engine

    @cached_property
    def _farm(self) -> Farm:
        from sakuga.engine.cluster import connected
        from sakuga.restore.farm import Farm

        cluster = self._stack.enter_context(connected(self._settings.cluster or ""))
        farm = Farm(cluster, self._settings, lambda note: self._on_event(Warned(note)))
        self._tell(farm.engine)
        return farm

    def _tell(self, engine: FrameEngine) -> None:
        report = engine.report
        self._on_event(Opened(report.model, report.device, report.backend, report.precision, report.notes))
        if not self._noted and (short := shortage(self._tasks, engine.scale)):
            self._on_event(Warned(short))
        self._noted[engine] = len(report.notes)

    def _tell_new_notes(self, engine: FrameEngine) -> None:
        notes = engine.report.notes
        for note in notes[self._noted[engine] :]:
            self._on_event(Warned(note))
        self._noted[engine] = len(notes)

    def _hands(self, task: Task) -> Hands:
        if self._is_far(task):
            return self._farm
        order = self._settings.named(moving=True), task.source, task.destination
        return Maker(Crew(order, (self._settings.workers or 1) - 1))

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
            hands=self._hands(task),
            on_count=count,
            on_note=lambda note: self._on_event(Warned(note)),
        )
        return Result(source, destination, "done", frames=outcome.frames, warnings=outcome.warnings)
