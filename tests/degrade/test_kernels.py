"""Blur kernels against values that were worked out by hand or by the defining formula."""

from math import cos, exp, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.kernels import PROFILES, bell, sinc


def by_hand(size, value):
    """The kernel with `value(x, y)` at each place, brought to a sum of 1."""
    half = size // 2
    kernel = [[value(x, y) for x in range(-half, half + 1)] for y in range(-half, half + 1)]
    return np.array(kernel) / np.sum(kernel)


def test_round_gaussian():
    kernel = bell("gaussian", 7, 1.0, 1.0)
    assert kernel == pytest.approx(by_hand(7, lambda x, y: exp(-(x * x + y * y) / 2)), abs=1e-7)
    assert kernel[3, 3] == pytest.approx(0.15924, abs=1e-5)


def test_oblong_gaussian_is_turned():
    def value(x, y, angle=pi / 6):
        along, across = x * cos(angle) + y * sin(angle), -x * sin(angle) + y * cos(angle)
        return exp(-((along / 2.5) ** 2 + (across / 0.8) ** 2) / 2)

    assert bell("gaussian", 11, 2.5, 0.8, pi / 6) == pytest.approx(by_hand(11, value), abs=1e-7)


def test_generalized_and_plateau():
    def z(x, y):
        return (x * x + y * y) / 4

    generalized = bell("generalized", 9, 2.0, 2.0, beta=0.7)
    assert generalized == pytest.approx(by_hand(9, lambda x, y: exp(-(z(x, y) ** 0.7) / 2)), abs=1e-7)
    plateau = bell("plateau", 9, 2.0, 2.0, beta=1.6)
    assert plateau == pytest.approx(by_hand(9, lambda x, y: 1 / (1 + z(x, y) ** 1.6)), abs=1e-7)


BESSEL = {1: 0.44005058574, 2: 0.57672480776, 5: -0.32757913759}
"""J1 of whole numbers, as printed in tables."""


def test_sinc_on_its_axis():
    kernel = sinc(21, 1.0)
    centre = kernel[10, 10]
    for radius, j1 in BESSEL.items():
        assert kernel[10, 10 + radius] / centre == pytest.approx(j1 / (2 * pi * radius) * 4 * pi, rel=1e-5)
    assert kernel.min() < 0


@given(
    st.sampled_from(sorted(PROFILES)),
    st.integers(3, 10).map(lambda half: 2 * half + 1),
    st.floats(0.2, 3),
    st.floats(0.2, 3),
    st.floats(-pi, pi),
    st.floats(0.5, 4),
)
def test_bells_sum_to_one_and_are_symmetric(profile, size, x, y, rotation, beta):
    kernel = bell(profile, size, x, y, rotation, beta)
    assert kernel.shape == (size, size)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert kernel == pytest.approx(kernel[::-1, ::-1], abs=1e-6)
    assert kernel.min() >= 0


@given(st.integers(3, 10).map(lambda half: 2 * half + 1), st.floats(pi / 5, pi))
def test_sincs_sum_to_one_and_are_round(size, cutoff):
    kernel = sinc(size, cutoff)
    assert kernel.sum() == pytest.approx(1, abs=1e-4)
    assert kernel == pytest.approx(kernel.T, abs=1e-6)
