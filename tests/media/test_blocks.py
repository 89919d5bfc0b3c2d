"""Means over blocks, whole ones and those that the edge cuts off."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sakuga.media.blocks import BLOCK, block_means

sides = st.integers(1, 3 * BLOCK + 1)


@given(arrays(np.float32, st.tuples(sides, sides), elements=st.floats(0, 255, width=32)))
def test_each_block_is_the_mean_of_the_pixels_that_it_has(plane):
    rows, columns = (range(0, side, BLOCK) for side in plane.shape)
    expected = [[plane[y : y + BLOCK, x : x + BLOCK].mean() for x in columns] for y in rows]
    np.testing.assert_allclose(block_means(plane), expected, rtol=1e-4, atol=1e-3)
