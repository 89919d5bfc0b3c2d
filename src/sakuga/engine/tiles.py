"""Cut a frame into tiles that see enough of their surroundings, and join the results into bands of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels


@dataclass(frozen=True, slots=True)
class Span:
    """One tile along one axis, in low-resolution pixels: [start, stop) is seen, [first, last) is kept."""

    start: int
    stop: int
    first: int
    last: int

    @property
    def seen(self) -> slice:
        return slice(self.start, self.stop)

    @property
    def kept(self) -> slice:
        return slice(self.first, self.last)

    def inner(self, scale: int = 1) -> slice:
        """The kept part within the tile's own result."""
        return slice((self.first - self.start) * scale, (self.last - self.start) * scale)


@dataclass(frozen=True, slots=True)
class Plan:
    """All tiles of a frame: every row span with every column span; all tiles are of one size."""

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @property
    def tile(self) -> tuple[int, int]:
        return self.rows[0].stop - self.rows[0].start, self.columns[0].stop - self.columns[0].start

    @property
    def single(self) -> bool:
        return len(self.rows) == len(self.columns) == 1


def round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def spans(length: int, tile: int, halo: int, multiple: int, even: bool = True) -> tuple[Span, ...]:
    """Cut [0, length) into kept parts, each seen with `halo` around it except at the frame's own borders.

    All spans are of one size, at most `tile`, and start at multiples of `multiple`, because strides and
    windows make a network's answer depend on position. length and tile must be multiples of it.
    even: whether spans may be smaller than `tile`, so that they overlap no more than they must.
    """
    halo = round_up(halo, multiple)
    if length <= tile:
        return (Span(0, length, 0, length),)
    if tile <= 2 * halo:
        raise ValueError(f"a tile of {tile} leaves nothing between two halos of {halo}")
    count = -(-(length - 2 * halo) // (tile - 2 * halo))
    size = round_up(-(-(length + 2 * halo * (count - 1)) // count), multiple) if even else tile
    starts = [min(i * (size - 2 * halo), length - size) for i in range(count)]
    edges = [0, *(start + halo for start in starts[1:]), length]
    return tuple(Span(s, s + size, *edge) for s, edge in zip(starts, pairwise(edges), strict=True))


def plan(height: int, width: int, side: tuple[int, int], halo: int, multiple: int, even: bool = True) -> Plan:
    """Tiles of at most `side` (h, w), of just that where not `even`, over a padded frame."""
    return Plan(spans(height, side[0], halo, multiple, even), spans(width, side[1], halo, multiple, even))


Run = Callable[[Span, Span], Pixels]
"""Row and column span to the network's result for that tile, (s*h, s*w, 3)."""


def bands(plan: Plan, scale: int, run: Run, done: int = 0) -> Iterator[tuple[int, Pixels]]:
    """The joined result as (first row, rows) from top to bottom, each kept part placed as it is.

    For networks with a finite reach. done: output rows that need not be made again.
    """
    for row in plan.rows:
        if row.last * scale > done:
            parts = (run(row, column)[row.inner(scale), column.inner(scale)] for column in plan.columns)
            yield row.first * scale, _beside(parts, plan.columns[-1].last * scale)


def _beside(parts: Iterator[Pixels], width: int) -> Pixels:
    """The parts from left to right, each copied as it comes, so that a huge band stands here only once."""
    first = next(parts)
    if first.shape[1] == width:
        return first
    band = np.empty((first.shape[0], width, first.shape[2]), first.dtype)
    left = 0
    for part in chain([first], parts):
        band[:, left : left + part.shape[1]] = part
        left += part.shape[1]
    return band


def feathered_bands(plan: Plan, scale: int, run: Run, done: int = 0) -> Iterator[tuple[int, Pixels]]:
    """The same with overlaps blended, for attention, whose reach is the whole frame."""
    across, down = _weights(plan.columns, scale), _weights(plan.rows, scale)
    width = plan.columns[-1].stop * scale
    pending, top = np.zeros((0, width, 3), np.float32), -1
    for i, row in enumerate(plan.rows):
        if row.stop * scale <= done:
            continue
        top = row.start * scale if top < 0 else top
        strip = np.zeros(((row.stop - row.start) * scale, width, 3), np.float32)
        depth = np.dtype(np.uint8)
        for column, weight in zip(plan.columns, across, strict=True):
            result = run(row, column)
            strip[:, column.start * scale : column.stop * scale] += result * weight[:, None]
            depth = result.dtype
        missing = row.stop * scale - top - len(pending)
        pending = np.concatenate([pending, np.zeros((missing, width, 3), np.float32)])
        pending[row.start * scale - top :] += strip * down[i][:, None, None]
        ready = len(pending) if row is plan.rows[-1] else plan.rows[i + 1].start * scale - top
        yield top, np.rint(pending[:ready]).astype(depth)
        pending, top = pending[ready:], top + ready


def _weights(spans: tuple[Span, ...], scale: int) -> list[NDArray[np.float32]]:
    """How much each span counts at each output pixel that it sees: ramps at the edges, in sum 1."""
    length = spans[-1].stop * scale
    place = ((np.arange(length) + 0.5) / scale).astype(np.float32)
    ramps = np.stack([_trapezoid(span, place, spans[-1].stop) for span in spans])
    ramps /= ramps.sum(0)
    return [ramp[s.start * scale : s.stop * scale] for ramp, s in zip(ramps, spans, strict=True)]


def _trapezoid(span: Span, place: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """1 inside the kept part, 1/2 at its edges, 0 from half a halo outside, where too little is known."""
    left, right = max(span.first - span.start, 1e-3), max(span.stop - span.last, 1e-3)
    rise = np.ones_like(place) if span.first == 0 else (place - span.first) / left + 0.5
    fall = np.ones_like(place) if span.last == length else (span.last - place) / right + 0.5
    return np.clip(np.minimum(rise, fall), 0, 1).astype(np.float32)
