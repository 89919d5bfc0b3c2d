"""Bands of rows: a big picture on its way, top to bottom, never whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from sakuga.media.frames import Pixels


def side_by_side(left: Iterable[Pixels], right: Iterable[Pixels]) -> Iterator[Pixels]:
    """Join two pictures of equal size along their channels, although each comes in bands of its own heights.

    Bands are (rows, W, C) of one dtype; each of both must add up to the same number of rows.
    """
    for pair in together(left, right):
        yield np.concatenate(pair, axis=2)


def together(left: Iterable[Pixels], right: Iterable[Pixels]) -> Iterator[tuple[Pixels, Pixels]]:
    """The same rows of two pictures of one height, although each comes in bands of its own heights."""
    lefts, rights = iter(left), iter(right)
    a, b = next(lefts, None), next(rights, None)
    while a is not None and b is not None:
        rows = min(len(a), len(b))
        yield a[:rows], b[:rows]
        a = a[rows:] if rows < len(a) else next(lefts, None)
        b = b[rows:] if rows < len(b) else next(rights, None)
    assert a is b, "two bands of one picture differ in height"


def counted(bands: Iterable[Pixels], on_rows: Callable[[int], None]) -> Iterator[Pixels]:
    """Pass `bands` through and tell `on_rows`, after each, how many rows have gone."""
    gone = 0
    for band in bands:
        yield band
        gone += len(band)
        on_rows(gone)
