"""Composite video by what is known of it: dots, rainbows, and where neither can be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.analogue import SAMPLING, split
from sakuga.degrade.composite import SUBCARRIER, composite

DECODERS = ["notch", "comb"]
RED, CYAN = (0.8, 0.25, 0.25), (0.04, 0.45, 0.45)
"""Nearly of one luma."""


def still(picture, frames=4):
    return np.repeat(np.asarray(picture, np.float32)[None], frames, 0)


def upright(height=32, width=128):
    picture = np.empty((height, width, 3))
    picture[:, : width // 2], picture[:, width // 2 :] = RED, CYAN
    return still(picture)


def likeness(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


@given(
    st.tuples(*[st.floats(0, 1, width=32)] * 3),
    st.sampled_from(DECODERS),
    st.integers(1, 20),
    st.integers(1, 20),
)
def test_what_is_flat_stays_as_it_is(colour, decoder, height, width):
    clip = np.full((2, height, width, 3), colour, np.float32)
    assert composite(clip, decoder=decoder) == pytest.approx(clip, abs=1 / 255)


@pytest.mark.parametrize("decoder", DECODERS)
def test_slow_grey_stays_grey(decoder):
    ramp = still(np.broadcast_to(np.linspace(0, 1, 128)[None, :, None], (16, 128, 3)))
    made = composite(ramp, decoder=decoder)
    assert made[:, :, 8:-8] == pytest.approx(ramp[:, :, 8:-8], abs=1 / 255)


def test_dots_lie_along_an_upright_colour_edge_and_crawl():
    clip = upright()
    dots = split(composite(clip, decoder="notch"))[0] - split(clip)[0]
    assert np.abs(dots[:, :, 60:68]).max() > 8 / 255
    assert np.abs(dots[:, :, :30]).max() < 1 / 255
    edge = dots[:, :, 50:78]
    edge = edge - edge.mean((0, 1))
    assert likeness(edge[0], edge[1]) < -0.95, "frames have them on the other side"
    assert likeness(edge[0], edge[2]) > 0.99
    assert likeness(edge[:, :-2], edge[:, 2:]) < -0.95, "and so have neighbours in a field"
    assert likeness(composite(clip, decoder="notch", phase=1)[0], composite(clip, decoder="notch")[1]) > 0.999


def test_dots_have_the_period_of_the_subcarrier():
    dots = split(composite(upright(width=1024), decoder="notch"))[0][0, 0]
    dots = dots - split(composite(upright(width=1024), decoder="notch"))[0][1, 0]
    peak = np.argmax(np.abs(np.fft.rfft(dots))) / len(dots) * SAMPLING
    assert peak == pytest.approx(SUBCARRIER, abs=1)


@pytest.mark.parametrize("decoder", DECODERS)
def test_two_frames_cancel_each_others_dots_and_rainbows(decoder):
    clip = still(np.random.default_rng(1).random((32, 96, 3)) * 0.5 + 0.25)
    made = composite(clip, decoder=decoder)
    soft = made.mean(0)
    alone, both = np.mean((made[0] - soft) ** 2), np.mean(((made[0] + made[1]) / 2 - soft) ** 2)
    assert alone > 1e-3
    assert both < 1e-9


def test_fine_luma_becomes_a_rainbow_and_slow_luma_none():
    x = np.arange(256)
    for megahertz, coloured in ((SUBCARRIER, True), (1.5, False)):
        line = 0.5 + 0.2 * np.cos(2 * np.pi * megahertz / SAMPLING * x)
        made = composite(still(np.broadcast_to(line[None, :, None], (16, 256, 3))), decoder="notch")
        _, u, v = (plane[..., 40:-40] for plane in split(made))
        strength = np.hypot(u, v).mean()
        if coloured:
            assert strength > 0.15
            assert likeness(u[0], u[1]) < -0.95, "in the other colour from frame to frame"
        else:
            assert strength < 0.01


def test_a_comb_leaves_no_dots_along_upright_edges_but_below_level_ones():
    clip = upright(width=128)
    edge = slice(50, 78)
    left = [
        np.abs(np.diff(split(composite(clip, decoder=d))[0][0, :, edge], 2, 0)[4:]).max() for d in DECODERS
    ]
    assert left[1] < 0.1 * left[0]
    level = np.ascontiguousarray(upright(128, 32).transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3)
    picture = np.empty((32, 64, 3))
    picture[:16], picture[16:] = RED, CYAN
    level = still(picture)
    notch, comb = (split(composite(level, decoder=d))[0] - split(level)[0] for d in DECODERS)
    assert np.abs(notch).max() < 1 / 255
    assert np.abs(comb[:, 16:18]).max() > 20 / 255, "one line of each field"
    assert np.abs(np.delete(comb, [16, 17], 1)).max() < 1 / 255


def test_narrower_decoders_leave_more_dots():
    clip = upright()
    dots = [
        np.var(np.diff(split(composite(clip, decoder="notch", width=w))[0], 2, 1)) for w in (1.3, 0.9, 0.5)
    ]
    assert dots[0] < dots[1] < dots[2]
