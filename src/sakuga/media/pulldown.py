"""Film in soft 3:2 pulldown: whole pictures, shown for three fields and two in turn, spaced evenly again.

Discs flag a picture as one to show for three fields (`repeat_first_field`, ISO/IEC 13818-2, 6.3.10) instead
of storing it twice: 24 pictures a second make 60 fields, but each begins half a field early or late by turns.
The mean of a picture's time, taken twice, and those of its neighbours is even, and moves none in an even row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from sakuga.media.timeline import Placed

PARTS = 4
"""Ticks of the new clock in one of the old, so that the mean is exact."""
_FIELD = 1001 / 60000
_ROUNDED = 0.0025
"""Seconds by which two intervals may miss theirs: Matroska's times are whole milliseconds."""


def film_rate(told: Fraction) -> Fraction:
    """Pictures a second of film in a file that tells this rate."""
    return told if told == 24 else Fraction(24000, 1001)


def pulled(times: Sequence[float]) -> tuple[int, int]:
    """How many pictures of a run are in pulldown, and how many can be judged; `times` in seconds."""
    found = [_is_pulled(b - a, c - b) for a, b, c in zip(times, times[1:], times[2:], strict=False)]
    return sum(found), len(found)


def _is_pulled(before: float, after: float) -> bool:
    """Whether one of two intervals takes three fields, and the other two."""
    return abs(before + after - 5 * _FIELD) < _ROUNDED and abs(abs(before - after) - _FIELD) < _ROUNDED


def evened(frames: Iterable[Placed], tick: Fraction) -> Iterator[Placed]:
    """The pictures at times in 1/PARTS of a `tick`: those in pulldown evenly, all others at their own."""
    for _, this, after in _threes(_shifted(frames, float(tick))):
        yield replace(this, duration=after.pts - this.pts) if after else this


def _shifted(frames: Iterable[Placed], tick: float) -> Iterator[Placed]:
    for before, this, after in _threes(frames):
        pts = PARTS * this.pts
        if before and after and _is_pulled((this.pts - before.pts) * tick, (after.pts - this.pts) * tick):
            pts = before.pts + 2 * this.pts + after.pts
        yield Placed(this.frame, pts, PARTS * this.duration)


def _threes(frames: Iterable[Placed]) -> Iterator[tuple[Placed | None, Placed, Placed | None]]:
    """Each picture with the one before it and the one after it."""
    before: Placed | None = None
    this: Placed | None = None
    for after in frames:
        if this is not None:
            yield before, this, after
        before, this = this, after
    if this is not None:
        yield before, this, None
