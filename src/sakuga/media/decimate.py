"""Four pictures of each five: the one that 3:2 pulldown repeated is left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.colour import planes

CYCLE = 5
_BLOCK = 16
_CAP = 20.0
"""Levels of 255 beyond which two pictures are simply different."""
_MEMORY = 0.8
_PULL = 4.0
"""How much better another place in the cycle must be: held drawings repeat pictures there, too."""


def decimated(frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """`frames` without the repeated one of each five; what is left over at the end is kept."""
    cadence = _Cadence()
    compared = _compared(frames)
    while cycle := list(itertools.islice(compared, CYCLE)):
        drop = cadence.place([change for _, change in cycle]) if len(cycle) == CYCLE else CYCLE
        yield from (frame for index, (frame, _) in enumerate(cycle) if index != drop)


class _Cadence:
    """Where in the cycle the repeated picture is; it stays there but for edits of the film."""

    def __init__(self) -> None:
        self._scores = np.zeros(CYCLE)
        self._place = -1

    def place(self, changes: list[float]) -> int:
        """0..4, from how much each picture of a cycle differs from the one before it."""
        capped = np.minimum(changes, _CAP)
        # Between pictures of a drawing that is held, the middle of the longest hold is left out.
        beside = np.minimum(np.append(capped[1:], _CAP), np.insert(capped[:-1], 0, _CAP))
        self._scores = _MEMORY * self._scores + capped + 0.25 * beside
        best = int(self._scores.argmin())
        if self._place < 0 or self._scores[best] < self._scores[self._place] - _PULL:
            self._place = best
        return self._place


def _compared(frames: Iterable[av.VideoFrame]) -> Iterator[tuple[av.VideoFrame, float]]:
    """Each picture and its greatest change, over blocks, from the one before; the first one differs fully."""
    before: NDArray[np.float32] | None = None
    for frame in frames:
        luma = planes(frame)[0]
        now = (luma / (1 << (frame.format.components[0].bits - 8))).astype(np.float32)
        alike = before is not None and before.shape == now.shape
        yield frame, _change(before, now) if before is not None and alike else _CAP
        before = now


def _change(before: NDArray[np.float32], now: NDArray[np.float32]) -> float:
    size = max(1, now.shape[1] // _BLOCK), max(1, now.shape[0] // _BLOCK)
    return float(cv2.resize(np.abs(now - before), size, interpolation=cv2.INTER_AREA).max())
