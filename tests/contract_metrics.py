"""What every measure must do; tests/metrics/test_table.py runs it over the whole table."""

from __future__ import annotations

import math

import cv2
import numpy as np

from drawn import blurred, drawing, jpeg, noisy
from sakuga.metrics.table import METRICS

PICTURE = drawing(96, 112, seed=5)


def inked(colour, width):
    """With one long line more."""
    more = PICTURE.copy()
    cv2.line(more, (8, 60), (100, 30), colour, width)
    return more


CLEAN = {"st-lpips": np.ascontiguousarray(PICTURE[8:72, 16:80]), "hollow": inked((25, 20, 30), 7)}
"""A small picture for the network, and one with a line that can have a core; else PICTURE."""


def clean(name):
    """A picture without damage, large enough for a block of NIQE."""
    return CLEAN.get(name, PICTURE)


def blobbed(pixels):
    worse = pixels.astype(int)
    worse[20:46, 20:46] += (60, -40, 40)
    return np.clip(worse, 0, 255).astype(np.uint8)


def cored(pixels):
    """A bright line inside the dark one."""
    worse = pixels.copy()
    cv2.line(worse, (8, 60), (100, 30), (220, 220, 220), 2)
    return worse


WORSE = {
    "blur": lambda pixels: blurred(pixels, 1.5),
    "noise": lambda pixels: noisy(pixels, 6),
    "blocking": lambda pixels: jpeg(pixels, 10),
    "ringing": lambda pixels: jpeg(pixels, 60),
    "hollow": cored,
    "colour-drift": lambda pixels: np.clip(pixels.astype(int) + 12, 0, 255).astype(np.uint8),
    "colour-blobs": blobbed,
    "line-match": lambda pixels: blurred(pixels, 2.5),
    "line-contrast": lambda pixels: blurred(pixels, 2.5),
}
"""Damage that a measure is about; the others see heavy JPEG."""


def asked(name, pixels, reference):
    """What the measure `name` says of one picture, or of a clip of it under noise."""
    metric = METRICS[name]
    if metric.needs == "nothing":
        return metric.measure(pixels)
    if metric.needs == "sequence":
        shaken = (noisy(pixels, 3, seed=index) for index in range(3))
        return metric.measure((each, reference) for each in shaken)
    return metric.measure(pixels, reference)


def still(name, pixels, reference):
    """The same, but a clip does not move."""
    if METRICS[name].needs == "sequence":
        return METRICS[name].measure([(pixels, reference)] * 3)
    return asked(name, pixels, reference)


def damaged(name):
    picture = clean(name)
    if METRICS[name].needs == "sequence":
        return asked(name, picture, picture)
    return asked(name, WORSE.get(name, lambda pixels: jpeg(pixels, 8))(picture), picture)


def badness(name, value):
    """A number that is higher where the measure says worse."""
    return {"lower": value, "higher": -value, "near 1": abs(math.log(max(value, 1e-9)))}[METRICS[name].better]
