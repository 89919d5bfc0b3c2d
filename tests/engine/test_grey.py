"""Grey through colour and back."""

from __future__ import annotations

import numpy as np
import pytest

from sakuga.engine.grey import to_grey, to_rgb


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_level_comes_back(dtype):
    levels = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 16, 1)
    assert np.array_equal(to_grey(to_rgb(levels)), levels)
    assert to_grey(to_rgb(levels)).dtype == dtype


def test_colours_become_their_luma():
    green, white = np.uint8([[[0, 255, 0]]]), np.uint8([[[255, 255, 255]]])
    assert to_grey(green)[0, 0, 0] == pytest.approx(0.7152 * 255, abs=1)
    assert to_grey(white)[0, 0, 0] == 255


def test_colour_is_left_alone():
    pixels = np.zeros((2, 2, 3), np.uint8)
    assert to_rgb(pixels) is pixels
