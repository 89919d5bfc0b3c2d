"""Hand-drawn line enhancement: the pseudo-GT, in which lines are as crisp as they were drawn.

Source: APISR (CVPR 2024), section 3.3, with the numbers of its released code: sharpened once everywhere and
three times on the lines that XDoG (Winnemöller et al., 2012) finds. In the paper's equation 3 all that is no
line stays as it was; the released weights learned from the other. Here in RGB, where the release has BGR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.plain import Rgb

Background = Literal["sharpened", "original"]
Light = NDArray[np.float32]
"""Shape (H, W, 3), RGB, 0..255."""
LineMap = NDArray[np.uint8]
"""Shape (H, W), 1 on lines."""

TAPS, SIGMA = 51, 8.0
THRESHOLD = 10.0
"""Levels that a detail differs from its surroundings before it is sharpened."""
WEIGHT = 0.5
ROUNDS = 3
NARROW, WIDE = (7, 0.6), (13, 1.5)
"""Taps and sigma of the two Gaussians whose difference finds lines."""
BELOW = -15 / 255
"""Share of its largest value below which the difference is a line."""
LEAST = 32
"""Pixels of the smallest line."""
NEIGHBOURS = 3
"""Of 8, that make a pixel part of their line."""
_KERNEL = cv2.getGaussianKernel(TAPS, SIGMA, cv2.CV_32F)
_AROUND = np.array(((1, 1, 1), (1, 0, 1), (1, 1, 1)), np.uint8)


@dataclass(frozen=True, slots=True)
class Enhanced:
    """What line enhancement gives."""

    picture: Rgb
    """Pseudo-GT."""
    lines: LineMap


def enhance(
    picture: Rgb,
    *,
    background: Background = "sharpened",
    gamma: float = 0.975,
    least: int = LEAST,
    rounds: int = ROUNDS,
) -> Enhanced:
    """The pseudo-GT of a picture (H, W, 3) of any size; a small one is mirrored until the kernels are full.

    background: what stands between the lines. gamma: weight of the wider Gaussian, which the release draws
    from 0.97..0.98. least: pixels of the smallest line. rounds: 0..3, how often lines are sharpened; they are
    found in what was sharpened three times.
    """
    steps = [picture.astype(np.float32)]
    for _ in range(ROUNDS):
        steps.append(sharpened(steps[-1]))
    lines = line_map(steps[ROUNDS], gamma, least)
    rest = steps[1 if background == "sharpened" else 0]
    merged = np.where(lines[..., None] > 0, steps[rounds], rest)
    return Enhanced(np.rint(merged).astype(np.uint8), lines)


def sharpened(light: Light, weight: float = WEIGHT) -> Light:
    """One round of an unsharp mask that leaves alone what differs little from its surroundings."""
    rest = light - _blurred(light)
    soft = _blurred((np.abs(rest) > THRESHOLD).view(np.uint8))
    sharp = np.asarray(cv2.scaleAdd(rest, weight, light), np.float32)
    np.clip(sharp, 0, 255, out=sharp)
    sharp -= light
    sharp *= soft
    sharp += light
    return sharp


def line_map(light: Light, gamma: float, least: int = LEAST) -> LineMap:
    """The lines of a picture, without specks, grown where three neighbours are lines."""
    grey = cv2.cvtColor(light, cv2.COLOR_RGB2GRAY)
    narrow, wide = (cv2.GaussianBlur(grey, (taps, taps), sigma) for taps, sigma in (NARROW, WIDE))
    difference = np.asarray(narrow - np.float32(gamma) * wide, np.float32)
    return grown(without_specks(found(difference), least))


def found(difference: NDArray[np.float32]) -> LineMap:
    """Where the difference of Gaussians is a line: XDoG with a step for its soft threshold."""
    return (difference < BELOW * difference.max()).astype(np.uint8)


def without_specks(lines: LineMap, least: int = LEAST) -> LineMap:
    """Only connected lines (over sides and corners) of at least so many pixels."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
        lines, 8, cv2.CV_32S, cv2.CCL_GRANA
    )
    large = (np.asarray(statistics)[:, cv2.CC_STAT_AREA] >= least).astype(np.uint8)
    large[0] = 0
    return np.take(large, np.asarray(labels, np.int32))


def grown(lines: LineMap) -> LineMap:
    """One pass: what has at least three lines around it becomes one; outside the picture there are none."""
    around = cv2.filter2D(lines, cv2.CV_8U, _AROUND, borderType=cv2.BORDER_CONSTANT)
    return (lines | (np.asarray(around) >= NEIGHBOURS)).astype(np.uint8)


def _blurred(light: NDArray[np.float32 | np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.sepFilter2D(light, cv2.CV_32F, _KERNEL, _KERNEL), np.float32)
