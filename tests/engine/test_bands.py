"""Bands: two pictures side by side, whatever the heights of their bands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.engine.bands import counted, side_by_side


def cut(pixels, heights):
    tops = np.cumsum([0, *heights])
    return [pixels[top : top + height] for top, height in zip(tops, heights, strict=False)]


@st.composite
def partitions(draw):
    total = draw(st.integers(1, 40))
    edges = [sorted({0, total, *draw(st.lists(st.integers(0, total), max_size=8))}) for _ in range(2)]
    return total, *(np.diff(edge).tolist() for edge in edges)


@given(partitions())
def test_any_two_bandings_give_the_same_picture(case):
    total, left, right = case
    a = np.random.default_rng(total).integers(0, 256, (total, 5, 3), np.uint8)
    b = np.random.default_rng(total + 1).integers(0, 256, (total, 5, 1), np.uint8)
    joined = np.concatenate(list(side_by_side(cut(a, left), cut(b, right))))
    assert np.array_equal(joined, np.concatenate([a, b], axis=2))


def test_bands_of_different_pictures_are_refused():
    a, b = np.zeros((4, 2, 3), np.uint8), np.zeros((5, 2, 1), np.uint8)
    with pytest.raises(AssertionError):
        list(side_by_side([a], [b]))


def test_rows_are_told_after_each_band():
    told = []
    bands = cut(np.zeros((10, 2, 3), np.uint8), [4, 4, 2])
    assert sum(len(band) for band in counted(bands, told.append)) == 10
    assert told == [4, 8, 10]
