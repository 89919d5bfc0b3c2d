"""Likeness: a fingerprint of 64 bits by which pictures that look the same are found.

What: the signs of the 64 lowest frequencies of a picture (without its mean and what is constant along a side)
against their median. Two fingerprints differ in so many bits.
Range: 0..64 bits; a picture coded twice, resized or with grain differs in 4 or fewer, a held drawing with
another mouth in 2, a pan by a fifth of the picture in about 10; different drawings in 12 or more, most in 20
to 40.
Source: the perceptual hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
2010; measured on our drawings (benchmarks/measures.py).
"""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.metrics.luma import Luma, resized

SIDE, KEPT = 32, 8
ALIKE = 10
"""Bits up to which two pictures are near duplicates."""


def fingerprint(picture: Luma) -> int:
    """A picture as `luma.small` gives it to 64 bits."""
    waves = np.asarray(cv2.dct(resized(picture, SIDE, SIDE)), np.float64)[1 : KEPT + 1, 1 : KEPT + 1].ravel()
    # Rounded, so that the last bit of an addition on another processor decides nothing.
    bits = np.round(waves, 2) > np.round(np.median(waves), 2)
    return int.from_bytes(np.packbits(bits).tobytes())


def distance(one: int, other: int) -> int:
    """Bits in which two fingerprints differ."""
    return (one ^ other).bit_count()
