"""Windows over the parts of a frame that have to run: as few pixels as a few rectangles with halos allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sakuga.engine.tiles import Span, round_up
from sakuga.media.blocks import BLOCK

Mask = NDArray[np.bool_]
MOST = 64
"""Windows of one frame; more are noise, which is run whole."""


@dataclass(frozen=True, slots=True)
class Region:
    """One part of a frame to run: as for tiles, more is seen than kept."""

    rows: Span
    columns: Span

    @property
    def area(self) -> int:
        """Low-resolution pixels that are seen."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)

    @property
    def blocks(self) -> tuple[slice, slice]:
        """What is kept, in blocks of the frame."""
        rows, columns = self.rows, self.columns
        return (
            slice(rows.first // BLOCK, -(-rows.last // BLOCK)),
            slice(columns.first // BLOCK, -(-columns.last // BLOCK)),
        )


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where windows over frames of (height, width) may begin and end."""

    height: int
    width: int
    halo: int
    """Pixels that are seen around what is kept."""
    multiple: int
    """Windows begin at multiples of this, and the frame is padded to one."""
    step: int
    """Their sides are multiples of this; itself one of `multiple`."""

    def region(self, box: Box) -> Region:
        """The window that keeps `box`, a box in blocks."""
        return Region(
            self._span(box.top * BLOCK, box.bottom * BLOCK, self.height),
            self._span(box.left * BLOCK, box.right * BLOCK, self.width),
        )

    def _span(self, first: int, last: int, length: int) -> Span:
        """See a halo around [first, last), rounded up to a whole step, within the padded frame."""
        length = round_up(length, self.multiple)
        last = min(last, length)
        start = max(0, first - self.halo) // self.multiple * self.multiple
        size = round_up(min(length, last + self.halo) - start, self.step)
        if size >= length:
            return Span(0, length, first, last)
        start = min(start, length - size)
        return Span(start, start + size, first, last)


class Box(NamedTuple):
    """A rectangle in blocks, its bottom and right edges outside."""

    top: int
    bottom: int
    left: int
    right: int


def cover(due: Mask, halo: float) -> list[Box] | None:
    """Boxes over all that is `due` (h, w), none over another; None if they would be too many.

    A box is cut in two where both parts, shrunk to what they hold and with `halo` blocks around each, cost
    less than the whole: so separate changes come apart, and a body's box follows its outline.
    """
    boxes: list[Box] = []
    for box in _parts(due, halo, 0, 0):
        if len(boxes) == MOST:
            return None
        boxes.append(box)
    return boxes


def _parts(due: Mask, halo: float, top: int, left: int) -> Iterator[Box]:
    rows, columns = np.flatnonzero(due.any(1)), np.flatnonzero(due.any(0))
    if not len(rows):
        return
    due = due[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    top, left = top + int(rows[0]), left + int(columns[0])
    height, width = due.shape
    whole = (height + 2 * halo) * (width + 2 * halo)
    across, row = _best_cut(due, halo)
    down, column = _best_cut(due.T, halo)
    if min(across, down) >= whole:
        yield Box(top, top + height, left, left + width)
    elif across <= down:
        yield from _parts(due[:row], halo, top, left)
        yield from _parts(due[row:], halo, top + row, left)
    else:
        yield from _parts(due[:, :column], halo, top, left)
        yield from _parts(due[:, column:], halo, top, left + column)


def _best_cut(due: Mask, halo: float) -> tuple[float, int]:
    """The least cost of two boxes, one above a row and one from it on, and that row."""
    if len(due) < 2:
        return np.inf, 0
    above, below = _grown(due, halo)[:-1], _grown(due[::-1], halo)[-2::-1]
    row = int(np.argmin(above + below))
    return float(above[row] + below[row]), row + 1


def _grown(due: Mask, halo: float) -> NDArray[np.float64]:
    """The cost of a box over the first 1, 2, ... rows; the first row holds something."""
    empty, width = ~due.any(1), due.shape[1]
    left, right = np.argmax(due, 1), width - np.argmax(due[:, ::-1], 1)
    left[empty], right[empty] = width, 0
    bottom = np.maximum.accumulate(np.where(empty, 0, np.arange(1, len(due) + 1)))
    across = np.maximum.accumulate(right) - np.minimum.accumulate(left)
    return (bottom + 2 * halo) * (across + 2 * halo)
