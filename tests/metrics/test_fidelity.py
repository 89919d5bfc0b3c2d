"""PSNR, SSIM and ST-LPIPS against the implementations that papers use."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sakuga.errors import ModelError
from sakuga.media.plain import read_rgb
from sakuga.metrics import stlpips
from sakuga.metrics.psnr import psnr
from sakuga.metrics.ssim import ssim
from sakuga.metrics.stlpips import st_lpips, st_lpips_of_all

PICTURE = read_rgb(Path(__file__).parents[2] / "samples" / "broadcast.png")
CROP = PICTURE[100:228, 100:229]
PAIRS = {
    "shift": (PICTURE[101:229, 101:230], CROP),
    "invert": (255 - CROP, CROP),
    "dark": (CROP // 2, CROP),
    "half": (CROP[::2, ::2].repeat(2, 0).repeat(2, 1)[:, :129], CROP),
}
FROM_BASICSR = {
    ("shift", 0, "rgb"): (19.62145013987939, 0.6374792220427851),
    ("shift", 4, "y"): (21.19451141357422, 0.6677760047559362),
    ("invert", 4, "rgb"): (5.288385859396435, -0.4803162281161726),
    ("invert", 0, "y"): (6.745382308959961, -0.4679175104166027),
    ("dark", 0, "rgb"): (10.728987273111311, 0.6733286269400655),
    ("dark", 4, "y"): (11.869410514831543, 0.733792977251037),
    ("half", 4, "rgb"): (22.857517658862783, 0.8039483830459463),
    ("half", 0, "y"): (23.998809814453125, 0.8091419457198787),
}
"""By calculate_psnr and calculate_ssim of basicsr 1.3.4.9, run on 2026-11-26."""
FROM_STLPIPS = {
    "shift": 0.020232759416103363,
    "dark": 0.1656971424818039,
}
"""By LPIPS(net="vgg", variant="shift_tolerant") of stlpips-pytorch 0.0.2, run on 2026-11-26."""


@pytest.mark.parametrize("case", FROM_BASICSR, ids=str)
def test_psnr_and_ssim_are_those_of_basicsr(case):
    name, border, channels = case
    wanted = FROM_BASICSR[case]
    assert psnr(*PAIRS[name], border, channels) == pytest.approx(wanted[0], abs=1e-5)
    assert ssim(*PAIRS[name], border, channels) == pytest.approx(wanted[1], abs=1e-7)


@pytest.mark.parametrize("name", FROM_STLPIPS)
def test_st_lpips_is_that_of_its_package(name):
    assert st_lpips(*PAIRS[name]) == pytest.approx(FROM_STLPIPS[name], abs=1e-6)


def test_st_lpips_of_several_is_that_of_each():
    (one, reference), *_ = PAIRS.values()
    several = [one, reference, 255 - one]
    assert st_lpips_of_all(several, reference) == pytest.approx(
        [st_lpips(each, reference) for each in several], abs=1e-6
    )


def test_st_lpips_down_to_its_smallest_picture():
    small = CROP[:20, :18]
    assert st_lpips(small // 3 * 3, small) == pytest.approx(7.05852362443693e-05, abs=1e-8)
    assert np.isnan(st_lpips(small[:17], small[:17]))


def test_without_torch_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    stlpips._network.cache_clear()
    with pytest.raises(ModelError, match=r"pip install .*torch"):
        st_lpips(CROP, CROP)


def test_a_border_as_large_as_the_picture_leaves_nothing():
    assert np.isnan(psnr(CROP, CROP, 64))
    assert np.isnan(ssim(CROP, CROP, 60))
