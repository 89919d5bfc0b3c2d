"""How a curation is shown: a line for each video that was looked at or written, and a count at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from sakuga.cli import output
from sakuga.cli.words import counted
from sakuga.curate.events import Event, Finished, Noted, Planned, Result, Surveyed


class Curations:
    """An OnEvent that prints, and says at Ctrl-C what is done."""

    def __init__(self) -> None:
        self._videos = self._looked_at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(
                f"Stopped; {self._looked_at} of {counted(self._videos, 'video')} looked at. The same command"
                " goes on from there."
            ) from None

    def __call__(self, event: Event) -> None:
        """Print what is to be said of one event: how it goes on stderr, the outcome on stdout."""
        if isinstance(event, Planned):
            self._videos = event.videos
        if isinstance(event, Surveyed):
            self._looked_at += 1
        for line in _lines(event):
            output.note(line)
        if isinstance(event, Finished):
            output.say("\n".join(_summary(event)))


def _lines(event: Event) -> Iterator[str]:
    match event:
        case Planned():
            others = f", {event.ignored} other files left out" if event.ignored else ""
            yield f"{counted(event.videos, 'video')} to look at{others}."
        case Noted():
            yield f"note: {event.sentence}"
        case Surveyed():
            how = "looked at before" if event.kept else f"{event.seconds:.1f} s"
            found = counted(event.found, event.noun)
            yield f"[{event.index}/{event.count}] {event.path}: {found} ({how})"
        case Result():
            yield _result(event)
        case Finished():
            pass


def _result(event: Result) -> str:
    if event.state == "failed":
        return f"failed: {event.sentence}"
    reasons = [f"{number} {reason}" for reason, number in sorted(event.left_out.items())]
    passed = f", {' and '.join(reasons)} passed over" if reasons else ""
    there = " (there already)" if event.state == "skipped" else ""
    return f"{event.state}: {event.path}: {counted(event.pictures, event.noun)}{passed}{there}"


def _summary(event: Finished) -> Iterator[str]:
    count = Counter(result.state for result in event.results)
    done = count["done"] + count["skipped"]
    rejected = f", {event.rejected} rejected before" if event.rejected else ""
    yield f"{event.out}: {counted(event.pictures, event.noun)} of {counted(done, 'video')}{rejected}."
    yield from (f"  failed: {result.sentence}" for result in event.results if result.state == "failed")
