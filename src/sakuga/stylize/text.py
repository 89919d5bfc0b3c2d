"""Where a photo has text: lines of lettering of any height whose letters and ground are two plain tones.

Source: the lines are those of `metrics.lettering`; how plain the two tones are is Otsu's measure, "A
threshold selection method from gray-level histograms", 1979. Found are level words of three letters and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.lettering import FEWEST, Box, lines
from sakuga.metrics.luma import luma

WORD = 3
"""Letters that make a word."""
WIDE = 2.0
PLAIN, PLAIN_LONG = 0.8, 0.75
"""Share of the contrast that lies between two tones: of short words, and of lines of five letters or more."""
SMALLEST = 200
"""Rows of the smallest picture that is looked at, for the largest letters."""


def text(pixels: Pixels) -> NDArray[np.bool_]:
    """(H, W, 3) RGB to (H, W), true over each line of text and half a letter around it."""
    mask = np.zeros(pixels.shape[:2], bool)
    for left, top, right, bottom in _boxes(np.rint(luma(pixels)).astype(np.uint8)):
        room = (bottom - top) // 2
        mask[max(0, top - room) : bottom + room, max(0, left - room) : right + room] = True
    return mask


def _boxes(grey: NDArray[np.uint8]) -> Iterator[Box]:
    """At full size and in halves, so that letters of all heights are small at one of them."""
    height, width = grey.shape
    part = 1
    while part == 1 or height // part >= SMALLEST:
        size = max(1, width // part), max(1, height // part)
        small = cast("NDArray[np.uint8]", cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
        for (left, top, right, bottom), letters in lines(small, WORD, WIDE):
            if _plain(small[top:bottom, left:right]) >= (PLAIN_LONG if letters >= FEWEST else PLAIN):
                yield left * part, top * part, right * part, bottom * part
        part *= 2


def _plain(grey: NDArray[np.uint8]) -> float:
    """The largest share, 0..1, of the variance that a threshold puts between its two sides."""
    share = np.bincount(grey.ravel(), minlength=256) / grey.size
    levels = np.arange(256)
    below, sums = np.cumsum(share)[:-1], np.cumsum(share * levels)
    mean, sums = sums[-1], sums[:-1]
    variance = float((share * (levels - mean) ** 2).sum())
    apart = (mean * below - sums) ** 2 / np.maximum(below * (1 - below), 1e-12)
    return float(apart.max()) / variance if variance else 0.0
