"""NIQE: how far a picture's local statistics are from those of pristine pictures.

What: 36 features of each block of 96x96 luma pixels at two sizes; the distance between the Gaussian that they
follow and the one that pristine pictures follow. Needs a block at least, better a dozen.
Range: 0 and up, lower is better; photographs 2..5, drawings 3..8 by the published parameters, higher for
damage.
Source: Mittal, Soundararajan and Bovik, "Making a completely blind image quality analyzer", IEEE Signal
Processing Letters 2013; numbers agree with the MATLAB code. The published parameters come from photographs;
`anime` was fitted with `fit` on pristine drawings (benchmarks/niqe_fit.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import gamma
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits
from sakuga.metrics.imresize import Plane, imresize

BLOCK = 96
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Neighbours whose products are looked at."""
SHARP = 0.75
"""Share of the sharpest block's sharpness that a block needs to be used in fitting."""
_Y = np.array((65.481, 128.553, 24.966))
_WINDOW = cv2.getGaussianKernel(7, 7 / 6, cv2.CV_64F)


@dataclass(frozen=True, slots=True)
class Pristine:
    """What pristine pictures are like."""

    mean: Plane
    """(36,)"""
    covariance: Plane
    """(36, 36)"""


def niqe(pixels: Pixels, parameters: Literal["published", "anime"] = "published", border: int = 0) -> float:
    """(H, W, 3) RGB or (H, W, 1) grey to the distance; border: pixels that are cut off on each side.

    NaN where there is no block of 96x96 pixels that has more than one colour.
    """
    found = features(pixels, border)
    if np.isnan(found).all(0).any():
        return float("nan")
    known = pristine(parameters)
    difference = known.mean - np.nanmean(found, 0)
    whole = found[~np.isnan(found).any(1)]
    covariance = np.cov(whole, rowvar=False) if len(whole) > 1 else np.zeros_like(known.covariance)
    inverse = np.linalg.pinv((known.covariance + covariance) / 2)
    return float(np.sqrt(difference @ inverse @ difference))


def features(pixels: Pixels, border: int = 0) -> Plane:
    """(blocks, 36), row by row; a block of one colour gives NaN."""
    plane = _luma(pixels)
    plane = plane[border : plane.shape[0] - border, border : plane.shape[1] - border]
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    plane = plane[: rows * BLOCK, : columns * BLOCK]
    if not rows or not columns:
        return np.zeros((0, 36))
    small = _single(imresize(_single(plane / 255), 0.5)) * 255
    return np.concatenate([_features(each, side) for each, side in ((plane, BLOCK), (small, BLOCK // 2))], 1)


def fit(pictures: Iterable[Pixels]) -> Pristine:
    """Parameters out of pristine pictures, from their sharp blocks alone."""
    found: list[Plane] = []
    for pixels in pictures:
        blocks, sharpness = features(pixels), _sharpness(_luma(pixels))
        if len(blocks):
            found.append(blocks[sharpness > SHARP * sharpness.max()])
    together = np.concatenate(found)
    together = together[~np.isnan(together).any(1)]
    return Pristine(together.mean(0), np.cov(together, rowvar=False))


@lru_cache(maxsize=2)
def pristine(name: str) -> Pristine:
    """A set of parameters that comes with sakuga."""
    with (files("sakuga.metrics") / f"niqe_{name}.npz").open("rb") as file, np.load(file) as stored:
        return Pristine(stored["mean"], stored["covariance"])


def origin(name: str) -> dict[str, str]:
    """The sha256 of a set of parameters."""
    return {
        "parameters": hashlib.sha256((files("sakuga.metrics") / f"niqe_{name}.npz").read_bytes()).hexdigest()
    }


def _luma(pixels: Pixels) -> Plane:
    """Rounded, 16 to 235, as MATLAB's rgb2ycbcr; grey as it is."""
    levels = eight_bits(pixels).astype(np.float64)
    if levels.shape[2] == 1:
        return levels[..., 0]
    return np.round(_single(_single(levels / 255) @ _Y + 16))


def _single(plane: Plane) -> Plane:
    """Through single precision, as in the published code: it decides some roundings."""
    return plane.astype(np.float32).astype(np.float64)


def _structure(plane: Plane) -> tuple[Plane, Plane]:
    """Each pixel's distance from its surroundings' mean, in their deviations, and these.

    In single precision: in double, flat places would show the rounding of the sums instead of nothing.
    """
    single = plane.astype(np.float32)
    mean = _smooth(single)
    deviation = np.sqrt(np.abs(_smooth(single**2) - mean**2))
    return ((single - mean) / (deviation + 1)).astype(np.float64), deviation.astype(np.float64)


def _smooth(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    smooth = cv2.sepFilter2D(
        plane.astype(np.float64), cv2.CV_64F, _WINDOW, _WINDOW, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(smooth, np.float32)


def _features(plane: Plane, side: int) -> Plane:
    return np.array([_of_block(block) for block in _blocks(_structure(plane)[0], side)])


def _sharpness(plane: Plane) -> Plane:
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    deviation = _structure(plane[: rows * BLOCK, : columns * BLOCK])[1]
    return np.array([block.mean() for block in _blocks(deviation, BLOCK)])


def _blocks(plane: Plane, side: int) -> Iterator[Plane]:
    for top in range(0, plane.shape[0], side):
        for left in range(0, plane.shape[1], side):
            yield plane[top : top + side, left : left + side]


def _of_block(block: Plane) -> list[float]:
    """18 numbers: the shape of the values, and of their products with four neighbours."""
    shape, left, right = _generalized(block)
    told = [shape, (left + right) / 2]
    for shift in SHIFTS:
        shape, left, right = _generalized(block * np.roll(block, shift, (0, 1)))
        mean = (right - left) * (gamma(2 / shape) / gamma(1 / shape))
        told += [shape, mean, left, right]
    return told


def _generalized(values: Plane) -> tuple[float, float, float]:
    """Shape and both widths of an asymmetric generalised Gaussian.

    Where all values have one sign or are alike, widths are NaN and the shape is the first of the table: the
    published code does so, and its numbers depend on it.
    """
    left, right = _width(values[values < 0]), _width(values[values > 0])
    square = float(np.mean(values**2))
    shapes, ratios = _table()
    shape = float(shapes[0])
    if left == left and right == right and square:
        ratio = left / right
        told = float(np.mean(np.abs(values))) ** 2 / square
        told *= (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
        shape = float(shapes[np.argmin((ratios - told) ** 2)])
    factor = float(np.sqrt(gamma(1 / shape) / gamma(3 / shape)))
    return shape, left * factor, right * factor


def _width(values: Plane) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else float("nan")


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    shapes = np.arange(0.2, 10.001, 0.001)
    return shapes, np.array([gamma(2 / s) ** 2 / (gamma(1 / s) * gamma(3 / s)) for s in shapes.tolist()])
