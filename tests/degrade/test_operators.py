"""Operators against PyTorch and plain arithmetic, and the laws that all of them keep."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as F

from sakuga.degrade.blur import blur
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.degrade.kernels import bell
from sakuga.degrade.noise import gaussian, poisson
from sakuga.degrade.operators import OPERATORS
from sakuga.degrade.resize import resize

SETTINGS = {
    "blur": {"kind": "plateau", "size": 9, "sigma_x": 1.2, "sigma_y": 2.0, "rotation": 0.4, "beta": 1.3},
    "gaussian": {"sigma": [12.0], "grey": [False], "seed": 5},
    "poisson": {"scale": 1.1, "grey": True, "seed": 5},
    "resize": {"height": 11, "width": 8, "mode": "area"},
    "codec": {"codec": "h264", "quality": 30, "together": True},
    "round": {},
    "cut": {},
    "halo": {"band": 4.0, "width": 1.5, "strength": 0.4, "upright": True},
    "composite": {"decoder": "comb", "width": 0.8, "phase": 1},
    "band": {"luma": 3.0, "chroma": 0.4},
    "bleed": {"band": 0.5, "right": 1.5, "down": 0.5},
    "jitter": {"size": 0.5, "drift": 1.0, "seed": 5},
    "streaks": {"luma": 4.0, "chroma": 8.0, "seed": 5},
    "switching": {"lines": 6, "size": 20.0, "seed": 5},
    "dropouts": {"often": 4.0, "length": 20.0, "seed": 5},
    "interlaced": {"first": "bottom", "shift": [1.5, 0.0]},
    "telecined": {"phase": 2, "late": False, "shift": [-2.0, 0.0]},
    "deinterlaced": {"method": "bob", "first": "bottom"},
}


def clip(height, width, frames=2, seed=0):
    return np.random.default_rng(seed).random((frames, height, width, 3), np.float32)


def planes(x):
    return torch.from_numpy(x).permute(0, 3, 1, 2)


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (24, 31)])
@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_repeats_itself_on_any_size_and_leaves_its_input(name, size):
    given_clip = clip(*size)
    before = given_clip.copy()
    first, again = (OPERATORS[name](given_clip, **SETTINGS.get(name, {})) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(given_clip, before)
    assert first.dtype == np.float32
    assert first.ndim == 4
    assert len(first) == 2
    assert np.isfinite(first).all()


@given(
    st.sampled_from(["area", "bilinear", "bicubic"]),
    *[st.integers(1, 40) for _ in range(4)],
)
def test_resizes_are_pytorchs(mode, height, width, new_height, new_width):
    x = clip(height, width, 1)
    ours = resize(x, height=new_height, width=new_width, mode=mode)
    theirs = F.interpolate(planes(x), (new_height, new_width), mode=mode)
    assert ours == pytest.approx(theirs.permute(0, 2, 3, 1).numpy(), abs=1e-5)


@given(
    st.sampled_from(["area", "bilinear", "bicubic"]),
    st.integers(1, 60),
    st.integers(1, 60),
    st.one_of(st.floats(0.1, 1.5), st.floats(0.97, 1.03), st.just(1.0)),
)
def test_resizes_by_a_factor_are_pytorchs(mode, height, width, factor):
    new_height, new_width = int(height * factor), int(width * factor)
    assume(min(new_height, new_width) > 0)
    x = clip(height, width, 1)
    ours = resize(x, height=new_height, width=new_width, mode=mode, factor=factor)
    theirs = F.interpolate(planes(x), scale_factor=factor, mode=mode)
    assert ours == pytest.approx(theirs.permute(0, 2, 3, 1).numpy(), abs=1e-5)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_shifted_blur_stands_where_the_pixels_left_out_have_their_middle(scale):
    ramp = np.broadcast_to(np.arange(64, dtype=np.float32)[None, None, :, None], (1, 40, 64, 3))
    blurred = blur(ramp, kind="gaussian", size=21, sigma_x=1.2, sigma_y=1.2, shift=(scale - 1) / 2)
    small = resize(blurred, height=40 // scale, width=64 // scale, mode="nearest")
    middles = resize(ramp, height=40 // scale, width=64 // scale, mode="area")
    inside = slice(12 // scale, -12 // scale)
    assert small[:, :, inside] == pytest.approx(middles[:, :, inside], abs=1e-3)


@pytest.mark.parametrize("size", [(40, 52), (12, 11)])
@pytest.mark.parametrize(("x", "y"), [(1.5, 1.5), (0.7, 2.4)])
def test_blur_is_a_reflected_convolution(size, x, y):
    picture = clip(*size, 1)
    kernel = torch.from_numpy(bell("gaussian", 21, x, y, 0.3))[None, None].repeat(3, 1, 1, 1)
    theirs = F.conv2d(F.pad(planes(picture), (10,) * 4, "reflect"), kernel, groups=3)
    ours = blur(picture, kind="gaussian", size=21, sigma_x=x, sigma_y=y, rotation=0.3)
    assert ours == pytest.approx(theirs.permute(0, 2, 3, 1).numpy(), abs=1e-5)


def test_gaussian_noise_has_the_strength_and_colour_of_each_frame():
    grey = np.full((3, 128, 128, 3), 0.5, np.float32)
    noise = gaussian(grey, sigma=[0, 10, 20], grey=[False, False, True], seed=7) - grey
    assert noise.std((1, 2, 3)) * 255 == pytest.approx([0, 10, 20], rel=0.03)
    assert np.ptp(noise[2], -1).max() < 1e-6 < np.ptp(noise[1], -1).max()


def test_shared_noise_is_one_pattern():
    grey = np.full((2, 64, 64, 3), 0.5, np.float32)
    one, two = gaussian(grey, sigma=[5, 10], grey=[True], seed=7, shared=True) - grey
    assert two == pytest.approx(2 * one, abs=1e-6)
    one, two = gaussian(grey, sigma=[5], grey=[True], seed=7, shared=False) - grey
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.1


def test_noise_of_tied_colours_has_their_covariance():
    grey = np.full((1, 200, 200, 3), 0.5, np.float32)
    mix = [[1, 0, 0], [0.8, 0.3, 0], [0, -0.5, 0.2]]
    noise = gaussian(grey, sigma=[10], grey=[False], seed=3, mix=mix) - grey
    found = np.cov(noise.reshape(-1, 3).T * 25.5)
    assert found == pytest.approx(np.array(mix) @ np.array(mix).T, abs=0.03)


@pytest.mark.parametrize("level", [64, 192])
def test_poisson_noise_grows_with_the_light(level):
    """A picture of 4 levels counts 4 photons in full light."""
    picture = np.full((1, 256, 256, 3), level, np.uint8)
    picture[0, 0, :3] = [[10] * 3, [20] * 3, [30] * 3]
    noise = (poisson(to_clip(picture), scale=0.2, grey=False, seed=1) - to_clip(picture))[0, 1:]
    assert noise.std() == pytest.approx(0.2 * np.sqrt(level / 255 / 4), rel=0.03)
    alike = poisson(to_clip(picture), scale=0.2, grey=True, seed=1)[0, 1:]
    assert np.ptp(alike, -1).max() < 1e-6


@given(st.integers(0, 255))
def test_rounding_and_cutting(level):
    x = np.full((1, 2, 2, 3), (level + 0.4) / 255, np.float32)
    assert to_frames(OPERATORS["round"](x))[0, 0, 0, 0] == level
    assert to_frames(OPERATORS["cut"](x))[0, 0, 0, 0] == level
    above = np.full((1, 2, 2, 3), (level + 0.6) / 255, np.float32)
    assert to_frames(OPERATORS["round"](above))[0, 0, 0, 0] == min(255, level + 1)
    assert to_frames(OPERATORS["cut"](above))[0, 0, 0, 0] == level
