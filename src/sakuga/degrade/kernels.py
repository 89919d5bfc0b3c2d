"""Blur kernels: Gaussians, their generalised and flat-topped relatives, and the sinc of a low-pass.

Source: Real-ESRGAN (2021), section 3.2 and its appendix; APISR (CVPR 2024) draws from the same families.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

Kernel = NDArray[np.float32]
"""Shape (size, size), odd, its sum is 1; point-symmetric around its middle or where it is shifted to."""
Profile = Callable[[NDArray[np.float64], float], NDArray[np.float64]]

PROFILES: Mapping[str, Profile] = {
    "gaussian": lambda z, _: np.exp(-z / 2),
    "generalized": lambda z, beta: np.exp(-(z**beta) / 2),
    "plateau": lambda z, beta: 1 / (1 + z**beta),
}
"""Value for z, the squared distance in units of sigma, and the shape beta."""


def bell(
    profile: str,
    size: int,
    sigma_x: float,
    sigma_y: float,
    rotation: float = 0.0,
    beta: float = 1.0,
    shift: float = 0.0,
) -> Kernel:
    """A kernel of one of PROFILES; sigmas in pixels along axes turned by `rotation`, in radians.

    shift: pixels from the middle, right and down, to the top of the bell.
    """
    turn = np.array([[cos(rotation), -sin(rotation)], [sin(rotation), cos(rotation)]])
    inverse = turn @ np.diag([sigma_x**-2.0, sigma_y**-2.0]) @ turn.T
    places = _grid(size) - shift
    z = np.einsum("yxi,ij,yxj->yx", places, inverse, places)
    return _normal(PROFILES[profile](z, beta))


def sinc(size: int, cutoff: float) -> Kernel:
    """The round low-pass at `cutoff`, radians per pixel up to pi; its lobes make lines ring."""
    radius = np.hypot(*np.moveaxis(_grid(size), -1, 0))
    centre = size // 2
    radius[centre, centre] = 1.0
    kernel = cutoff * _bessel(cutoff * radius) / (2 * pi * radius)
    kernel[centre, centre] = cutoff**2 / (4 * pi)
    return _normal(kernel)


def _grid(size: int) -> NDArray[np.float64]:
    """(size, size, 2): x and y of each tap from the middle."""
    side = np.arange(size) - size // 2
    return np.stack(np.meshgrid(side, side), -1).astype(np.float64)


def _normal(kernel: NDArray[np.float64]) -> Kernel:
    return (kernel / kernel.sum()).astype(np.float32)


_ANGLES = (np.arange(64) + 0.5) * pi / 64


def _bessel(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """J1 by its integral, 1/pi * int cos(t - x sin t) dt from 0 to pi; the midpoint rule is exact here."""
    return np.cos(_ANGLES - x[..., None] * np.sin(_ANGLES)).mean(-1)
