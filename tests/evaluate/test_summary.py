"""Means and intervals: by hand, by law, and the same every time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.evaluate.summary import summarise

VALUES = {"a": [1.0, 3.0], "b": [5.0], "c": [math.nan]}


def test_a_clip_or_a_picture_counts_once():
    assert summarise(VALUES, by_clip=True).mean == pytest.approx(3.5)
    assert summarise(VALUES, by_clip=False).mean == pytest.approx(3)
    assert (summarise(VALUES, by_clip=True).count, summarise(VALUES, by_clip=True).clips) == (3, 2)


def test_nothing_has_no_mean_and_one_clip_no_interval():
    assert math.isnan(summarise({"a": [math.nan]}, by_clip=True).mean)
    alone = summarise({"a": [1.0, 2.0]}, by_clip=True)
    assert (alone.mean, alone.low, alone.high) == (1.5, None, None)
    endless = summarise({"a": [math.inf], "b": [1.0]}, by_clip=True)
    assert (endless.mean, endless.low) == (math.inf, None)


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says():
    chance = np.random.default_rng(8)
    hits = 0
    for _ in range(150):
        told = summarise({str(i): [v] for i, v in enumerate(chance.normal(4, 2, 40).tolist())}, by_clip=True)
        hits += told.low <= 4 <= told.high
    assert 0.88 <= hits / 150 <= 0.99


@given(
    st.lists(st.lists(st.floats(-100, 100), min_size=1, max_size=4), min_size=2, max_size=8), st.booleans()
)
def test_the_mean_lies_in_its_interval_and_that_among_the_values(values, by_clip):
    told = summarise({str(i): clip for i, clip in enumerate(values)}, by_clip=by_clip)
    flat = [value for clip in values for value in clip]
    assert min(flat) - 1e-9 <= told.low <= told.high <= max(flat) + 1e-9
    assert told == summarise({str(i): clip for i, clip in enumerate(values)}, by_clip=by_clip)
