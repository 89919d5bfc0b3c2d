"""Coherence: each frame takes over what the last one looked like, where it is still to be seen.

The last result is moved along the optical flow of the source and mixed into the next one. It has no say where
the flows of both directions disagree, where the source itself changed, which is what is covered or uncovered,
and where both results differ so much that it is another drawing and no flicker: nothing smears.
Source: Lai et al., "Learning blind video temporal consistency", ECCV 2018, for what counts as seen again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.engine.wrapped import Wrapped, paired
from sakuga.media.frames import Pixels
from sakuga.metrics.flow import SMALLEST, enlarged, moved, movement
from sakuga.metrics.luma import Luma, luma, resized

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

USUAL = 0.6
"""Share of the last result: what trembles from frame to frame then does so by a third."""
ROWS = 540
"""Rows that the flow is found in, at most; with more it costs more than it finds."""
APART = 0.5
"""Pixels of disagreement between both flows at which the trust has halved."""
CHANGED = 4.0
"""Levels of 255 of change of the source at which the trust has halved."""
ANOTHER = 24.0
"""Levels of 255 between both results at which the trust has halved."""
_AROUND = (5, 5)

Trust = NDArray[np.float32]
"""(H, W), 0..1."""


class Coherent(Wrapped):
    """Gives the engine inside one shot, and makes each of its results follow from the one before."""

    def __init__(self, engine: FrameEngine, share: float) -> None:
        """share: of the last result, 0..1."""
        super().__init__(engine)
        self._share = share

    @property
    def window(self) -> int:
        """Frames that decide a result: one more than the engine inside sees."""
        return max(2, self.engine.window)

    @property
    def identity(self) -> str:
        """Of the engine inside and of how much is taken over."""
        return f"{super().identity} {self._share}"

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one shot, all (H, W, 3), to as many results of the same size, lazily and in order."""
        last: tuple[Pixels, Pixels] | None = None
        for result, source in paired(self.engine, frames):
            if last is not None and min(source.shape[:2]) >= SMALLEST:
                result = followed(last[0], result, last[1], source, self._share)
            last = result, source
            yield result


def followed(before: Pixels, now: Pixels, source_before: Pixels, source: Pixels, share: float) -> Pixels:
    """The result `now` with `share` of the one `before`, moved to where it went; all (H, W, 3) alike."""
    lumas = _small(luma(source_before)), _small(luma(source))
    back, apart = movement(*lumas)
    trust = _half(apart, APART) * _half(_blurred(np.abs(lumas[1] - moved(lumas[0], back))), CHANGED)
    history = moved(before.astype(np.float32), enlarged(back, now.shape), cv2.INTER_CUBIC)
    difference = history - now
    unit = float(np.iinfo(now.dtype).max) / 255
    weight = share * _large(trust, now.shape) * _half(_blurred(np.abs(difference).max(2)) / unit, ANOTHER)
    mixed = now + weight[..., None] * difference
    return np.rint(mixed).clip(0, np.iinfo(now.dtype).max).astype(now.dtype)


def _half(values: NDArray[np.float32], half: float) -> Trust:
    """1 at 0, 1/2 at `half`, 1/16 at twice of it."""
    return np.exp2(-((values / np.float32(half)) ** 2)).astype(np.float32)


def _small(plane: Luma) -> Luma:
    return resized(plane, ROWS) if plane.shape[0] > ROWS else plane


def _blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(values, _AROUND), np.float32)


def _large(trust: Trust, shape: tuple[int, ...]) -> Trust:
    if trust.shape == shape[:2]:
        return trust
    return np.asarray(cv2.resize(trust, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
