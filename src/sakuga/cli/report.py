"""Show a running job: bars on a terminal, lines in a log, JSON for a program."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from sakuga.cli import jsonl, output, words
from sakuga.media.events import (
    Event,
    Fetching,
    Finished,
    Opened,
    Planned,
    Progressed,
    Result,
    Started,
    Warned,
)

INTERVAL = 5.0
"""Seconds between two lines of progress in a log; a program gets one each second."""


def reporter(*, json: bool) -> Report:
    """What fits where the output goes."""
    if json:
        return JsonReport()
    if sys.stderr.isatty():
        from sakuga.cli.bars import BarReport

        return BarReport()
    return LineReport()


class Report:
    """An OnEvent that remembers enough to say, at Ctrl-C, what is done."""

    interval = INTERVAL

    def __init__(self) -> None:
        self._results: list[Result] = []
        self._planned = 0
        self._told = -INTERVAL

    def __call__(self, event: Event) -> None:
        if isinstance(event, Planned):
            self._planned = len(event.plan.tasks)
        if isinstance(event, Result):
            self._results.append(event)
        self.show(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(words.stopped(self._results, self._planned)) from None

    def show(self, event: Event) -> None:
        """Print or draw one event."""
        raise NotImplementedError

    def due(self) -> bool:
        """Whether it is time for another line of progress."""
        now = time.monotonic()
        if now - self._told < self.interval:
            return False
        self._told = now
        return True


class JsonReport(Report):
    """One object per line on stdout, nothing else there; a file's last progress is always among them."""

    interval = 1.0

    def show(self, event: Event) -> None:
        ended = isinstance(event, Progressed) and event.count.done == event.count.total
        if ended or not isinstance(event, Progressed | Fetching) or self.due():
            output.say(jsonl.line(event))


class LineReport(Report):
    """Plain lines on stderr, the outcome on stdout."""

    def show(self, event: Event) -> None:
        for line in self.lines(event):
            self.write(line)
        if isinstance(event, Finished):
            output.say("\n".join(words.summary(event)))

    def write(self, line: str) -> None:
        """Show one line."""
        output.note(line)

    def lines(self, event: Event) -> list[str]:
        """What is said of one event."""
        match event:
            case Planned():
                return [words.planned(event.plan)]
            case Warned():
                return [f"note: {event.sentence}"]
            case Opened():
                return list(words.opened(event))
            case Started():
                self._told = time.monotonic()
                return [words.started(event)]
            case Result():
                return list(words.result(event))
            case Fetching():
                return [words.fetching(event)] if self.due() else []
            case Progressed():
                return [f"  {words.progressed(event)}"] if self.due() else []
            case Finished():
                return []
