"""Progress bars for a terminal: the file at hand, and the whole job where it has more than one file."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from sakuga.cli import words
from sakuga.cli.report import LineReport
from sakuga.media.events import Event, Fetching, Finished, Opened, Progressed, Started


class BarReport(LineReport):
    """Bars at the foot of the terminal; what is finished, and what went wrong, as lines above them."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__()
        self._bars = Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, min_width=12)),
            BarColumn(bar_width=12, table_column=Column(min_width=12)),
            TextColumn("{task.percentage:>3.0f} %", markup=False, table_column=Column(min_width=5)),
            TextColumn("{task.fields[said]}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
            console=console or Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._file: TaskID | None = None
        self._job: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
        super().__exit__(kind, error, trace)

    def write(self, line: str) -> None:
        """Print one line above the bars."""
        self._bars.console.print(Text(line), soft_wrap=True)

    def show(self, event: Event) -> None:
        """Draw what moves, print the rest."""
        match event:
            case Fetching():
                self._draw("fetching", event.done, event.total, words.fetching(event))
            case Started():
                self._begin(event)
            case Progressed():
                said = ", ".join(
                    filter(None, (words.speed(event), words.left(event), words.bottleneck(event)))
                )
                self._draw("this file", event.count.done, event.count.total, said)
                self._draw_job(event)
            case Opened():
                self._clear()
                super().show(event)
            case Finished():
                self._bars.stop()
                super().show(event)
            case _:
                super().show(event)

    def _begin(self, event: Started) -> None:
        self._clear()
        self.write(words.started(event))
        if event.count > 1 and self._job is None:
            self._job = self._bars.add_task("", total=1.0, said="")
        if self._job is not None:
            self._bars.update(self._job, description=f"file {event.index} of {event.count}")
        self._draw("this file", 0, None, "")

    def _draw(self, name: str, done: int, total: int | None, said: str) -> None:
        if self._file is None:
            self._file = self._bars.add_task("", said="")
        self._bars.update(self._file, description=name, completed=done, total=total, said=said)

    def _draw_job(self, event: Progressed) -> None:
        if self._job is not None:
            left = event.overall_seconds_left
            said = "" if left is None else f"{words.clock(left)} left"
            self._bars.update(self._job, completed=event.overall, said=said)

    def _clear(self) -> None:
        if self._file is not None:
            self._bars.remove_task(self._file)
            self._file = None
