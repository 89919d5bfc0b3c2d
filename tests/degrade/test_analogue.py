"""Filters along lines, and what is made of them: narrow channels, late colour, halos."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.analogue import SAMPLING, joined, low, split
from sakuga.degrade.band import band
from sakuga.degrade.chroma import bleed
from sakuga.degrade.halo import halo


def waves(megahertz, width=400):
    """A line of luma 0.3 to 0.7."""
    return 0.5 + 0.2 * np.sin(2 * np.pi * megahertz / SAMPLING * np.arange(width, dtype=np.float32))


def grey(line, height=8):
    return np.broadcast_to(line[None, None, :, None], (1, height, len(line), 3)).astype(np.float32)


def sides(left, right, height=8, width=120):
    """Two colours with an upright edge between them."""
    clip = np.empty((1, height, width, 3), np.float32)
    clip[:, :, : width // 2], clip[:, :, width // 2 :] = left, right
    return clip


def swing(line):
    return np.ptp(line[80:-80])


@given(st.integers(0, 2**32 - 1))
def test_luma_and_colour_go_back_to_rgb(seed):
    clip = np.random.default_rng(seed).random((2, 3, 5, 3), np.float32)
    assert joined(*split(clip)) == pytest.approx(clip, abs=1e-5)


def test_luma_and_colour_are_those_of_television():
    y, u, v = split(np.eye(3, dtype=np.float32)[None, None])
    assert y[0, 0] == pytest.approx([0.299, 0.587, 0.114])
    assert u[0, 0] == pytest.approx([-0.147, -0.289, 0.436], abs=1e-3)
    assert v[0, 0] == pytest.approx([0.615, -0.515, -0.100], abs=1e-3)


@pytest.mark.parametrize("cutoff", [0.5, 1.3, 3.0, 4.2])
def test_a_filter_lets_slow_waves_through_halves_those_at_its_end_and_stops_fast_ones(cutoff):
    slow, end, fast = (swing(low(waves(cutoff * f)[None, None], cutoff)[0, 0]) / 0.4 for f in (0.5, 1, 1.5))
    assert slow > 0.9
    assert end == pytest.approx(0.5, abs=0.08)
    assert fast < 0.1


@given(st.floats(0, 1, width=32), st.floats(0.01, 20), st.integers(1, 40))
def test_what_is_flat_stays_flat(level, cutoff, width):
    line = np.full((1, 2, width), level, np.float32)
    assert low(line, cutoff) == pytest.approx(line, abs=1e-5)


def test_a_channel_has_an_end_for_luma_and_one_for_colour():
    made = band(grey(waves(4)), luma=2.5, chroma=0.4)
    assert swing(made[0, 4, :, 1]) < 0.03
    assert swing(band(grey(waves(1)), luma=2.5, chroma=0.4)[0, 4, :, 1]) > 0.37
    red, blue = (0.9, 0.1, 0.1), (0.1, 0.1, 0.9)
    _, _, v = split(band(sides(red, blue), luma=3.0, chroma=0.4))
    rising = np.abs(np.diff(v[0, 4])) > 0.01
    assert 15 < np.count_nonzero(rising) < 40


def test_late_colour_lies_beside_its_drawing_and_luma_stays():
    clip = sides((0.9, 0.1, 0.1), (0.1, 0.3, 0.9))
    made = bleed(clip, band=1.0, right=3.0, down=0.0)
    (y, _, v), (drawn, _, before) = split(made), split(clip)
    assert y == pytest.approx(drawn, abs=1e-5)
    middle = (before[0, 4, 0] + before[0, 4, -1]) / 2
    assert np.argmax(v[0, 4] < middle) - np.argmax(before[0, 4] < middle) == 3
    assert np.argmax(bleed(clip.transpose(0, 2, 1, 3), band=9, down=2.0)[0, :, 4, 0] < 0.5) == 62


class TestHalo:
    step = sides((0.3, 0.3, 0.3), (0.7, 0.7, 0.7))

    @pytest.mark.parametrize("strength", [0.2, 0.5])
    def test_it_over_and_undershoots_by_its_strength(self, strength):
        line = halo(self.step, band=9, width=1.5, strength=strength)[0, 4, :, 0]
        assert line.max() - 0.7 == pytest.approx(0.4 * strength / 2, rel=0.25)
        assert 0.3 - line.min() == pytest.approx(line.max() - 0.7, rel=0.05)
        assert line[[0, -1]] == pytest.approx([0.3, 0.7], abs=1e-4)

    def test_a_slower_one_is_wider(self):
        widths = [
            np.count_nonzero(halo(self.step, band=9, width=width, strength=0.4)[0, 4, :, 0] > 0.715)
            for width in (2.5, 1.5, 1.0)
        ]
        assert 1 <= widths[0] < widths[1] < widths[2] <= 8

    def test_it_leaves_colour_alone(self):
        clip = sides((0.9, 0.1, 0.1), (0.1, 0.3, 0.9))
        for made, before in zip(
            split(halo(clip, band=4, width=1, strength=1))[1:], split(clip)[1:], strict=True
        ):
            assert made == pytest.approx(before, abs=1e-5)

    def test_upright_ones_lie_above_and_below_edges(self):
        turned = np.ascontiguousarray(self.step.transpose(0, 2, 1, 3))
        assert halo(turned, band=9, width=1.5, strength=0.4) == pytest.approx(turned, abs=1e-5)
        upright = halo(turned, band=9, width=1.5, strength=0.4, upright=True).transpose(0, 2, 1, 3)
        assert upright == pytest.approx(halo(self.step, band=9, width=1.5, strength=0.4), abs=1e-5)
