"""Few rectangles, of few pixels, over all that has to run."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sakuga.engine.regions import cover

masks = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(masks, st.floats(0, 4))
def test_boxes_cover_what_is_due_once_and_cost_no_more_than_one_around_all(due, halo):
    kept = np.zeros(due.shape, int)
    boxes = cover(due, halo)
    for box in boxes:
        kept[box.top : box.bottom, box.left : box.right] += 1
    assert kept.max(initial=0) <= 1
    assert kept[due].all()
    rows, columns = np.nonzero(due)
    if len(rows):
        whole = (np.ptp(rows) + 1 + 2 * halo) * (np.ptp(columns) + 1 + 2 * halo)
        sides = [(box.bottom - box.top + 2 * halo, box.right - box.left + 2 * halo) for box in boxes]
        assert sum(a * b for a, b in sides) <= whole + 1e-6


def test_boxes_follow_an_outline():
    due = np.zeros((40, 40), bool)
    due[:30, :6] = due[24:30] = due[38, 38] = True
    assert sorted(cover(due, 1)) == [(0, 30, 0, 6), (24, 30, 6, 40), (38, 39, 38, 39)]


def test_changes_without_number_are_no_boxes():
    due = np.zeros((40, 40), bool)
    due[::4, ::4] = True
    assert cover(due, 0) is None
