"""What the pictures of a set show, taken together: how bright, how busy, of which colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits
from sakuga.metrics.complexity import complexity
from sakuga.metrics.luma import luma, small

HUES = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
_EDGES = (8, 20, 33, 80, 100, 128, 145, 172)
"""Where each hue ends, in the 180 steps of OpenCV's circle; red goes on from the last to the first."""
SHADES = ("black", "grey", "white")
COLOURS = (*SHADES, *HUES)
_DARK, _PALE, _BRIGHT = 40, 45, 200
BINS = 10
_SIDE = 128


def content(pixels: Pixels) -> dict[str, Any]:
    """Of a picture (H, W, 3): brightness and complexity, 0..1, and the share of each colour that is there."""
    tiny = cv2.resize(eight_bits(pixels), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    hue, saturation, value = cv2.split(cv2.cvtColor(tiny, cv2.COLOR_RGB2HSV))
    shade = np.digitize(value, (_DARK, _BRIGHT))
    tint = len(SHADES) + np.digitize(hue, _EDGES) % len(HUES)
    kind = np.where((value < _DARK) | (saturation < _PALE), shade, tint)
    shares = np.bincount(kind.ravel(), minlength=len(COLOURS)) / kind.size
    return {
        "brightness": round(float(luma(np.asarray(tiny, np.uint8)).mean()) / 255, 4),
        "complexity": round(complexity(small(pixels)), 4),
        "colours": {
            name: round(float(share), 3) for name, share in zip(COLOURS, shares, strict=True) if share > 0.001
        },
    }


def histogram(found: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Of a set: how many pictures fall into each tenth of brightness and complexity, and its mean colours."""
    total = max(1, len(found))
    return {
        "brightness": _tenths([each["brightness"] for each in found]),
        "complexity": _tenths([each["complexity"] for each in found]),
        "colours": {
            name: round(sum(each["colours"].get(name, 0.0) for each in found) / total, 4) for name in COLOURS
        },
    }


def _tenths(values: Sequence[float]) -> dict[str, float]:
    count, edges = np.histogram(values, BINS, (0, 1))
    return {f"{edge:.1f}": int(number) for edge, number in zip(edges, count, strict=False)}
