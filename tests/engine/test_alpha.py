"""Alpha: no dark fringe, no ringing, 0 and full stay what they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import NearestEngine
from sakuga.engine.alpha import bleed, enlarge


def disc(size, dtype=np.uint8):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    white = np.iinfo(dtype).max
    soft = np.clip(size / 3 - np.hypot(y, x) + 0.5, 0, 1)
    return np.rint(soft * white).astype(dtype)[:, :, None]


@pytest.mark.parametrize("size", [1, 2, 3, 31, 64])
def test_visible_colours_stay_and_hidden_ones_take_theirs(size):
    alpha = disc(size)
    pixels = np.where(alpha > 0, np.uint8([200, 120, 40]), np.uint8(0))
    filled = bleed(pixels, alpha)
    assert np.array_equal(filled, np.broadcast_to(np.uint8([200, 120, 40]), filled.shape))


def test_hidden_colours_come_from_nearby():
    pixels = np.zeros((32, 32, 3), np.uint8)
    alpha = np.zeros((32, 32, 1), np.uint8)
    pixels[:, :4], alpha[:, :4] = (255, 0, 0), 255
    pixels[:, -4:], alpha[:, -4:] = (0, 0, 255), 1
    filled = bleed(pixels, alpha)
    assert filled[:, 5, 0].min() > 200
    assert filled[:, -6, 2].min() > 200
    assert np.array_equal(filled[alpha[:, :, 0] > 0], pixels[alpha[:, :, 0] > 0])


@pytest.mark.parametrize("value", [0, 255])
def test_bleeding_needs_a_mixture(value):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    assert np.array_equal(bleed(pixels, np.full((9, 9, 1), value, np.uint8)), pixels)


@pytest.mark.parametrize("scale", [1.0, 2.0, 2.5, 4.0, 0.4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_constant_surroundings_stay_exact_whatever_the_network_does(scale, dtype):
    white = np.iinfo(dtype).max
    noise = np.random.default_rng(1)
    engine = NearestEngine(scale, change=lambda it: noise.integers(0, white + 1, it.shape, dtype))
    alpha = disc(60, dtype)
    result = np.concatenate(list(enlarge(engine, alpha)))
    width, height = engine.size(60, 60)
    assert result.shape == (height, width, 1)
    assert result.dtype == dtype
    y, x = (np.indices((height, width)) + 0.5) / scale - 29.5 - 0.5
    distance, margin = np.hypot(x, y), 3.5 + 1.5 / min(scale, 1)
    assert np.all(result[distance > 20 + margin] == 0)
    assert np.all(result[distance < 20 - margin] == white)
    assert 0 < result[np.abs(distance - 20) < 0.5].mean() < white


@pytest.mark.parametrize("value", [0, 77, 255])
def test_one_value_costs_nothing(value):
    engine = NearestEngine(4)
    result = np.concatenate(list(enlarge(engine, np.full((300, 5, 1), value, np.uint8))))
    assert result.shape == (1200, 20, 1)
    assert np.all(result == value)
    assert engine.pictures == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_identity_keeps_every_alpha(height, width, seed):
    alpha = np.random.default_rng(seed).integers(0, 256, (height, width, 1), np.uint8)
    assert np.array_equal(np.concatenate(list(enlarge(NearestEngine(1), alpha))), alpha)
