"""Events in words, one line each; the plain log and the bars use the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sakuga.media.events import Fetching, Finished, Opened, Progressed, Result, Started
from sakuga.media.plan import Plan


def planned(plan: Plan) -> str:
    """How much there is to do."""
    parts = [f"{counted(len(plan.tasks), 'file')} to make"]
    if plan.finished:
        parts.append(f"{len(plan.finished)} there already")
    if plan.ignored:
        parts.append(f"{plan.ignored} left out as neither picture nor video")
    return f"{', '.join(parts)}."


def opened(event: Opened) -> Iterator[str]:
    """What the network runs on."""
    yield f"{event.model} on {event.device}: {event.backend}, {event.precision}."
    yield from event.notes


def fetching(event: Fetching) -> str:
    """How far the weights are."""
    total = f" of {event.total / 1e6:.1f}" if event.total else ""
    return f"Fetching {event.what}: {event.done / 1e6:.1f}{total} MB."


def started(event: Started) -> str:
    """Which file."""
    return f"[{event.index}/{event.count}] {event.task.source}"


def progressed(event: Progressed) -> str:
    """How far this file is, and how fast."""
    return ", ".join(part for part in (amount(event), speed(event), left(event), bottleneck(event)) if part)


def amount(event: Progressed) -> str:
    """`120 of 2000 frames`, or the share of a still."""
    count = event.count
    if count.unit == "rows" and count.total:
        return f"{100 * count.done // count.total} %"
    return f"{count.done} of {count.total} frames" if count.total else f"{count.done} frames"


def speed(event: Progressed) -> str:
    """Frames per second; rows mean nothing to anybody."""
    return f"{event.per_second:.2f} frames/s" if event.count.unit == "frames" else ""


def left(event: Progressed) -> str:
    """Time left for this file."""
    return "" if event.seconds_left is None else f"{clock(event.seconds_left)} left"


def bottleneck(event: Progressed) -> str:
    """Which stage the others wait for."""
    return f"bottleneck: {event.count.bottleneck}" if event.count.bottleneck else ""


def result(event: Result) -> Iterator[str]:
    """What became of one file."""
    by = f"{event.model}, " if event.model else ""
    said = {"done": f"{event.destination} ({by}{event.seconds:.1f} s)", "failed": event.sentence}
    yield f"{event.state}: {said.get(event.state) or event.source}"
    yield from (f"note: {event.source}: {warning}" for warning in event.warnings)


def summary(event: Finished) -> Iterator[str]:
    """How it all ended, with a line for each file that did not end well."""
    results = event.results
    count = Counter(result.state for result in results)
    yield f"{_done(results)}, {count['skipped']} skipped, {count['failed']} failed."
    if event.drift:
        yield f"Colour lock: {event.drift:.1f} of 255 levels of drift put back."
    if event.reused:
        yield f"Reuse: {event.reused:.0%} of the videos stood still and did not have to be restored again."
    yield from (f"  failed: {result.sentence}" for result in results if result.state == "failed")


def _done(results: Sequence[Result]) -> str:
    """`0 done`, `7 done by cel-4x, 1 done by animesr-v2`."""
    count = Counter(result.model for result in results if result.state == "done")
    return ", ".join(f"{n} done{f' by {name}' if name else ''}" for name, n in count.items()) or "0 done"


def stopped(results: Sequence[Result], planned: int) -> str:
    """What an interrupted job leaves."""
    done = sum(result.state == "done" for result in results)
    return (
        f"Stopped; {done} of {counted(planned, 'file')} done and whole. The same command goes on from there."
    )


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clock(seconds: float) -> str:
    """`1:02:03` or `2:03`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
