"""Fields made into pictures again, badly, as players and early rips did it.

Source: the usual names of the methods, as in FFmpeg's and AviSynth's manuals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.clip import Clip

_HALF, _QUARTER = np.float32(0.5), np.float32(0.25)


def _blend(clip: Clip, first: int) -> Clip:
    """Each line with half of its neighbours: both moments, one over the other."""
    del first
    edged = np.pad(clip, ((0, 0), (1, 1), (0, 0), (0, 0)), "edge")
    return np.asarray((edged[:, :-2] + edged[:, 2:]) * _QUARTER + clip * _HALF, np.float32)


def _double(clip: Clip, first: int) -> Clip:
    """Each line of one field twice: stairs along every edge."""
    return clip[:, _lines(clip.shape[1], first)]


def _bob(clip: Clip, first: int) -> Clip:
    """One field, and between its lines their means: half the height, and lines of one pixel break."""
    height = clip.shape[1]
    above, below = _lines(height, first), _lines(height + 1, first)[1:]
    below = np.where(below < height, below, above)
    return np.asarray((clip[:, above] + clip[:, below]) * _HALF, np.float32)


def _lines(height: int, first: int) -> NDArray[np.int64]:
    """For each line the one of the field that is at it or above, or the field's first."""
    row = np.arange(height)
    return np.maximum(row - (row - first) % 2, min(first, height - 1))


METHODS: Mapping[str, Callable[[Clip, int], Clip]] = {"blend": _blend, "double": _double, "bob": _bob}


def deinterlaced(clip: Clip, *, method: str, first: str = "top") -> Clip:
    """(N, H, W, 3) of woven fields to as many pictures; method: one of METHODS; first: `top` or `bottom`."""
    return METHODS[method](clip, 0 if first == "top" else 1)
