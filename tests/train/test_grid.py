"""Where patches lie: every pixel is reached, and the released grid is the released one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.train.grid import anywhere, corners


def covered(size, side, places):
    seen = np.zeros(size, bool)
    for top, left in places:
        assert 0 <= top <= size[0] - side
        assert 0 <= left <= size[1] - side
        seen[top : top + side, left : left + side] = True
    return seen


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 6), st.sampled_from([1, 2, 4]))
def test_a_covering_grid_reaches_every_pixel(height, width, blocks, multiple):
    side, size = blocks * multiple, (height * multiple, width * multiple)
    places = corners(size, side, "cover", multiple)
    if min(size) < side:
        assert places == []
        return
    assert covered(size, side, places).all()
    assert all(top % multiple == 0 and left % multiple == 0 for top, left in places)
    assert len(places) == -(-size[0] // side) * -(-size[1] // side)
    assert places == sorted(places)


def test_the_released_grid_leaves_the_lower_rows_out():
    places = corners((720, 1280), 256, "released")
    assert len(places) == 10
    seen = covered((720, 1280), 256, places)
    assert seen[:512].all()
    assert not seen[512:].any()
    assert corners((720, 960), 256, "released") == [(t, x) for t in (0, 256) for x in (0, 256, 512)]


@pytest.mark.parametrize("size", [(64, 64), (72, 100)])
def test_anywhere_is_anywhere(size):
    chance = np.random.default_rng(1)
    places = {anywhere(size, 64, 4, chance) for _ in range(500)}
    assert places == {(t, x) for t in range(0, size[0] - 63, 4) for x in range(0, size[1] - 63, 4)}
