import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.engine.colour import Drift, lock, lock_bands


def noise(height, width, depth="u1"):
    return np.random.default_rng(2).integers(0, np.iinfo(depth).max + 1, (height, width, 3), depth)


def enlarged(frame, scale):
    return frame.repeat(scale, 0).repeat(scale, 1)


@given(st.integers(1, 90), st.integers(1, 40), st.integers(1, 4), st.sampled_from(["u1", "u2"]))
def test_what_has_the_right_colours_is_not_touched(height, width, scale, depth):
    source = noise(height, width, depth)
    np.testing.assert_array_equal(lock(enlarged(source, scale), source, Drift()), enlarged(source, scale))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 30), st.integers(1, 3))
def test_bands_give_what_the_whole_gives(rows, width, scale):
    source = noise(sum(rows), width)
    drifted = enlarged(255 - source, scale)
    bands = np.split(drifted, np.cumsum(rows)[:-1] * scale)
    joined = np.concatenate(list(lock_bands(bands, source, Drift())))
    assert np.abs(joined.astype(int) - lock(drifted, source, Drift())).max() <= 1


@pytest.mark.parametrize("depth", ["u1", "u2"])
def test_a_drift_of_the_whole_picture_is_taken_away_and_reported(depth):
    level = np.iinfo(depth).max // 255
    source = np.full((60, 80, 3), 100 * level, depth)
    shifted = enlarged(source, 4) + np.array([9, 0, 3], depth) * depth_level(depth)
    drift = Drift()
    np.testing.assert_array_equal(lock(shifted, source, drift), enlarged(source, 4))
    assert drift.mean == pytest.approx(4, abs=0.1)


def depth_level(depth):
    return np.iinfo(depth).max // 255


def test_detail_stays():
    source = np.full((64, 64, 3), 128, np.uint8)
    detailed = enlarged(source, 4)
    detailed[::8], detailed[4::8] = 90, 166
    assert np.abs(lock(detailed, source, Drift()).astype(int) - detailed).max() <= 1


def test_colours_are_kept_apart_where_they_differ():
    """A drift in one half must not be averaged over the other."""
    source = np.full((40, 200, 3), 120, np.uint8)
    drifted = enlarged(source, 2)
    drifted[:, :200] += 20
    result = lock(drifted, source, Drift()).astype(int)
    assert abs(result[:, :120].mean() - 120) < 1
    assert abs(result[:, 280:].mean() - 120) < 1
