import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.engine.resample import resample, resample_bands


def drawing(height, width, depth="u1"):
    y, x = np.mgrid[:height, :width]
    levels = np.stack([(x * 5 + y * 3) % 256, (x // 7 + y // 5) % 2 * 255, x * 255 // max(width - 1, 1)], -1)
    return (levels * (np.iinfo(depth).max // 255)).astype(depth)


@given(
    st.integers(1, 70),
    st.integers(1, 40),
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from(["u1", "u2"]),
    st.lists(st.integers(1, 20), min_size=1, max_size=12),
)
def test_bands_give_what_the_whole_gives(height, width, new_height, new_width, depth, cuts):
    picture = drawing(height, width, depth)
    edges = sorted({c % height for c in np.cumsum(cuts)} - {0})
    bands = list(resample_bands(np.split(picture, edges), (height, width), (new_height, new_width)))
    joined = np.concatenate(bands)
    whole = resample(picture, new_height, new_width)
    assert joined.shape == whole.shape == (new_height, new_width, 3)
    assert joined.dtype == picture.dtype
    # Sums in another order may round another way, never more.
    assert np.abs(joined.astype(int) - whole.astype(int)).max() <= 1


@pytest.mark.parametrize("depth", ["u1", "u2"])
def test_flat_colour_stays(depth):
    flat = np.full((31, 17, 3), np.iinfo(depth).max, depth)
    assert (resample(flat, 77, 50) == np.iinfo(depth).max).all()


def test_shrinking_is_antialiased():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    inner = resample(stripes, 16, 16)[2:-2, 2:-2].astype(int)
    assert abs(inner - 127).max() <= 4


def test_the_same_size_costs_nothing():
    picture = drawing(5, 7)
    assert resample(picture, 5, 7) is picture


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_any_number_of_channels(channels):
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, channels), "u1")
    assert resample(picture, 10, 45).shape == (10, 45, channels)
