"""Blur: one kernel over all channels and frames, the picture reflected at its borders, nothing clamped.

Source: Real-ESRGAN (2021), section 3.2.
"""

from __future__ import annotations

import cv2

from sakuga.degrade import kernels
from sakuga.degrade.clip import Clip, over


def blur(
    clip: Clip,
    *,
    kind: str,
    size: int,
    sigma_x: float = 1.0,
    sigma_y: float = 1.0,
    rotation: float = 0.0,
    beta: float = 1.0,
    cutoff: float = 0.0,
    shift: float = 0.0,
) -> Clip:
    """kind: gaussian, generalized, plateau or sinc, which takes `cutoff` alone; size: odd, of the kernel.

    shift: pixels right and down from where a result stands to the middle of what it is made of. Kernels that
    are filled up to one size with zeros, as in published code, give the same.
    """
    if kind == "gaussian" and sigma_x == sigma_y:
        line = kernels.bell(kind, size, sigma_x, sigma_y, shift=shift).sum(0)
        return over(clip, lambda frame: cv2.sepFilter2D(frame, cv2.CV_32F, line, line))
    if kind == "sinc":
        kernel = kernels.sinc(size, cutoff)
    else:
        kernel = kernels.bell(kind, size, sigma_x, sigma_y, rotation, beta, shift)
    return over(clip, lambda frame: cv2.filter2D(frame, cv2.CV_32F, kernel))
