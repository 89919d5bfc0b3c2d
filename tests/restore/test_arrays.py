"""Arrays: every layout and dtype comes back as it went, and what does not fit is a sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fakes import LookingAheadEngine, NearestEngine
from sakuga.errors import InputError
from sakuga.restore.api import Restorer

SHAPES = st.one_of(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 4])),
    st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9), st.just(3)),
)
ARRAYS = st.one_of(
    arrays.arrays(np.uint8, SHAPES),
    arrays.arrays(np.uint16, SHAPES),
    arrays.arrays(np.float32, SHAPES, elements=st.floats(0, 1, width=32)),
)


@settings(deadline=None)
@given(ARRAYS)
def test_identity_returns_what_it_got(array):
    result = Restorer(LookingAheadEngine()).restore(array)
    assert result.shape == array.shape
    assert result.dtype == array.dtype
    opaque = array if array.ndim < 3 or array.shape[-1] != 4 else np.where(array[..., 3:] > 0, array, 0)
    result = result if array.ndim < 3 or array.shape[-1] != 4 else np.where(array[..., 3:] > 0, result, 0)
    assert np.allclose(result, opaque, rtol=0, atol=0.6 / 65535 if array.dtype == np.float32 else 0)


def test_scale_makes_it_larger():
    restorer = Restorer(NearestEngine(2.5))
    assert restorer.scale == 2.5
    assert restorer.restore(np.zeros((10, 20), np.uint8)).shape == (25, 50)
    assert restorer.restore(np.zeros((10, 20, 4), np.uint16)).shape == (25, 50, 4)
    assert restorer.restore(np.zeros((3, 10, 20, 3), np.float32)).shape == (3, 25, 50, 3)


def test_an_iterable_is_taken_frame_by_frame():
    taken = []

    def frames():
        for value in range(100):
            taken.append(value)
            yield np.full((2, 2, 3), value, np.uint8)

    restored = Restorer(LookingAheadEngine(2)).restore(frames())
    assert next(restored)[0, 0, 0] == 0
    assert len(taken) == 2
    assert [frame[0, 0, 0] for frame in restored] == list(range(1, 100))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4, 2), np.uint8), r"shape \(4, 4, 2\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape \(0, 4, 3\)"),
        (np.zeros((4,), np.uint8), r"shape \(4,\)"),
        (np.zeros((4, 4, 3), np.int32), "int32"),
        (np.zeros((4, 4, 3), np.float64), "float64"),
        (np.full((4, 4, 3), 255, np.float32), "from 255 to 255"),
        (np.full((4, 4, 3), np.nan, np.float32), "nan"),
        (np.zeros((2, 4, 4, 4), np.uint8), r"shape \(4, 4, 4\)"),
        (np.zeros((0, 4, 4, 3), np.uint8), r"shape \(0, 4, 4, 3\)"),
        (np.zeros((1, 2, 4, 4, 3), np.uint8), r"shape \(1, 2, 4, 4, 3\)"),
    ],
    ids=str,
)
def test_other_arrays_are_refused_with_a_sentence(array, words):
    with pytest.raises(InputError, match=words):
        Restorer(NearestEngine()).restore(array)
