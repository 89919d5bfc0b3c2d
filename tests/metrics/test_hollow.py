"""Hollow lines: bright cores count, solid lines, borders, gaps and grain do not."""

import cv2
import numpy as np
import pytest

from drawn import noisy
from sakuga.metrics.hollow import hollow
from sakuga.metrics.luma import luma

INK, PAPER = (25, 20, 30), (225, 220, 210)


def lines(width, core=None, inside=2):
    """A straight line and a ring on paper; core: the colour that fills them."""
    canvas = np.full((160, 200, 3), PAPER, np.uint8)
    for colour, thick in ((INK, width), *([(core, inside)] if core else [])):
        cv2.line(canvas, (15, 20), (180, 70), colour, thick, cv2.LINE_AA)
        cv2.circle(canvas, (90, 105), 35, colour, thick, cv2.LINE_AA)
    return canvas


@pytest.mark.parametrize("width", [1, 2, 3, 5, 7])
def test_solid_lines_are_not_hollow(width):
    assert hollow(luma(lines(width))) < 0.01


def test_the_brighter_the_core_the_hollower():
    values = [hollow(luma(lines(6, (level,) * 3))) for level in (25, 70, 120, 170, 220)]
    assert values[0] < 0.01
    assert values == sorted(values)
    assert 0.2 < values[-1] < 0.6


@pytest.mark.parametrize("size", [0.6, 0.8, 1.25])
def test_size_matters_little(size):
    picture = lines(6, (220, 220, 220))
    other = cv2.resize(picture, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    assert hollow(luma(other)) == pytest.approx(hollow(luma(picture)), rel=0.45)


def test_every_direction_counts():
    values = []
    for degrees in range(0, 180, 15):
        canvas, angle = np.full((120, 120, 3), PAPER, np.uint8), np.deg2rad(degrees)
        arm = np.array((np.cos(angle), np.sin(angle))) * 45
        ends = [tuple(int(v) for v in np.rint(60 + sign * arm)) for sign in (-1, 1)]
        cv2.line(canvas, *ends, INK, 6, cv2.LINE_AA)
        cv2.line(canvas, *ends, PAPER, 2, cv2.LINE_AA)
        values.append(hollow(luma(canvas)))
    assert min(values) > 0.6 * max(values) > 0.1


def test_grain_and_borders_are_no_cores():
    border = np.full((120, 160, 3), PAPER, np.uint8)
    border[:, 80:] = INK
    border[40:60] = (90, 90, 160)
    assert hollow(luma(border)) == 0
    assert hollow(luma(noisy(lines(5), 4))) < 0.03
    assert hollow(luma(noisy(np.full_like(border, 128), 4))) == 0
