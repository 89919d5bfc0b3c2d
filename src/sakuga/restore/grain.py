"""The source's grain, put back where a network took it for dirt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.engine.wrapped import Wrapped, paired, whole
from sakuga.media.frames import Pixels

_COARSE = 2.0
"""Sigma in source pixels: what varies more slowly is shading, not grain."""
_EDGE = 6.0
"""Levels of 255 from one pixel to the next at which a line begins, whose own change is no grain."""
_LEAST = 0.5
"""Levels of 255 below which there is no grain worth keeping."""
_LONGEST = 4.0
"""Standard deviations beyond which a difference is a detail that the network changed."""

Levels = NDArray[np.float32]


class Grained(Wrapped):
    """Adds to each result the fine noise of its source that is not in it any more.

    The noise is enlarged with the picture, so that grain keeps its size on screen. A still is held whole.
    """

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to one band (H', W', 3)."""
        yield with_grain(whole(self.engine.picture(pixels)), pixels)

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        for result, source in paired(self.engine, frames):
            yield with_grain(result, source)


def with_grain(result: Pixels, source: Pixels) -> Pixels:
    """`result` (H', W', 3) with the grain of `source` (H, W, 3) that it lacks; both of one depth."""
    unit = float(np.iinfo(result.dtype).max) / 255
    height, width = source.shape[:2]
    clean = np.asarray(cv2.resize(result, (width, height), interpolation=cv2.INTER_AREA), np.float32) / unit
    grain = _grain(source.astype(np.float32) / unit, clean)
    if grain is None:
        return result
    size = result.shape[1], result.shape[0]
    large = cv2.resize(grain * unit, size, interpolation=cv2.INTER_CUBIC)
    return np.rint(np.clip(result + large, 0, np.iinfo(result.dtype).max)).astype(result.dtype)


def _grain(source: Levels, clean: Levels) -> Levels | None:
    """What `source` has and `clean` has not, if it is fine, small and on no line; None if that is nothing."""
    lost = source - clean
    fine = lost - cv2.GaussianBlur(lost, (0, 0), _COARSE)
    flat = _flat(clean)
    deviation = 1.4826 * float(np.median(np.abs(fine[flat > 0.5]))) if (flat > 0.5).any() else 0.0
    if deviation < _LEAST:
        return None
    return np.clip(fine, -_LONGEST * deviation, _LONGEST * deviation) * flat[..., None]


def _flat(clean: Levels) -> Levels:
    """1 where nothing is drawn, falling to 0 at lines; (H, W)."""
    grey = np.asarray(cv2.GaussianBlur(clean[..., 1], (0, 0), 1.0), np.float32)
    across, down = (np.asarray(cv2.Sobel(grey, cv2.CV_32F, x, 1 - x, scale=0.125)) for x in (1, 0))
    steep = cv2.dilate(np.hypot(across, down), np.ones((3, 3), np.uint8))
    return np.exp(-((steep / _EDGE) ** 2)).astype(np.float32)
