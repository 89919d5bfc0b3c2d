"""Each measure follows damage of a known amount, and stays quiet at damage of another kind."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drawn import blurred, drawing, enlarged, jpeg, noisy
from sakuga.metrics.blocking import blocking
from sakuga.metrics.blur import blur
from sakuga.metrics.held import change, held
from sakuga.metrics.luma import luma
from sakuga.metrics.native import native
from sakuga.metrics.noise import noise
from sakuga.metrics.ringing import ringing

SEEDS = (0, 5, 9)
MEASURES = (blocking, blur, native, noise, ringing)


def rising(measure, pictures):
    values = [measure(luma(picture)) for picture in pictures]
    assert all(low < high for low, high in pairwise(values)), values
    return values


@pytest.mark.parametrize("seed", SEEDS)
def test_more_jpeg_means_more_blocking(seed):
    values = rising(blocking, [jpeg(drawing(seed=seed), quality) for quality in (80, 60, 40, 20, 10)])
    assert values[0] < 0.15
    assert values[-1] > 1


def test_the_grid_is_found_where_a_picture_was_cropped():
    picture = jpeg(drawing(), 20)
    whole, cropped = blocking(luma(picture)), blocking(luma(picture[3:, 5:]))
    assert cropped == pytest.approx(whole, rel=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_jpeg_means_more_ringing(seed):
    values = rising(ringing, [drawing(seed=seed), *(jpeg(drawing(seed=seed), q) for q in (95, 80, 60))])
    assert values[0] < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_more_blur_means_more_blur(seed):
    values = rising(blur, [blurred(drawing(seed=seed), sigma) for sigma in (0, 0.7, 1.2, 2, 3)])
    assert values[0] < 0.2
    assert values[-1] > 0.6


@pytest.mark.parametrize("sigma", [2, 4, 8])
def test_noise_is_told_in_levels(sigma):
    assert noise(luma(noisy(drawing(), sigma))) == pytest.approx(sigma, abs=0.8)
    assert noise(luma(drawing())) < 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "kernel", [Image.Resampling.BICUBIC, Image.Resampling.LANCZOS], ids=["bicubic", "lanczos"]
)
def test_native_height_of_a_doubled_picture(seed, kernel):
    picture = enlarged(drawing(seed=seed), 2, kernel)
    assert native(luma(picture)) == pytest.approx(len(picture) / 2, rel=0.1)


@pytest.mark.parametrize("factor", [1.5, 2.25, 3])
def test_native_height_of_other_factors(factor):
    picture = enlarged(drawing(), factor, Image.Resampling.LANCZOS)
    assert native(luma(picture)) == pytest.approx(len(picture) / factor, rel=0.12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_that_was_never_enlarged_has_all_its_rows(seed):
    for picture in (drawing(seed=seed), jpeg(drawing(seed=seed), 60), noisy(drawing(seed=seed), 3)):
        assert native(luma(picture)) == len(picture)


def test_noise_is_neither_blocking_nor_ringing():
    before, after = luma(drawing()), luma(noisy(drawing(), 4))
    assert blocking(after) <= blocking(before) + 0.01
    assert ringing(after) < 0.3


def test_depth_changes_no_measure():
    picture = jpeg(drawing(), 30)
    deep = picture.astype(np.uint16) * 257
    for measure in MEASURES:
        assert measure(luma(deep)) == pytest.approx(measure(luma(picture)), rel=1e-3)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_any_flat_picture_has_a_number(height, width, level):
    flat = np.full((height, width), level, np.float32)
    for measure in MEASURES:
        assert np.isfinite(measure(flat))
    assert change(flat, flat) == 0


def test_a_moving_mouth_is_a_new_drawing_and_codec_noise_is_none():
    still = drawing()
    mouth = still.copy()
    mouth[200:208, 240:256] = 255 - mouth[200:208, 240:256]
    assert not held(luma(still), luma(mouth))
    assert held(luma(still), luma(noisy(still, 4)))
    assert held(luma(still), luma(still))
