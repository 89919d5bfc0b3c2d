"""The shots of a clip, each with the frame that is to stand for it, and an engine that gets one at a time.

A network that takes something from the first frame of a shot and uses it for all of it, as statistics, must
not take it from the black that a scene fades in from. So the frame that stands for a shot is the one at which
its contrast has risen, looked for only while it still rises: mostly that is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Generic, TypeVar

import cv2
import numpy as np

from sakuga.engine.cuts import CutDetector
from sakuga.engine.wrapped import Wrapped
from sakuga.media.frames import Pixels

RISE = 1.005
"""A contrast that grows by this factor from one frame to the next still rises."""
LEAST = 4.0
"""Levels of 255 of contrast below which there is nothing to see yet."""
LONGEST_RISE = 48
"""Frames that are looked at, at most."""
HELD = 1 << 29
"""Bytes of frames that are held for that, at most."""
_SIDE = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown(Generic[T]):
    """A frame as it stands in its shot."""

    item: T
    fresh: bool
    """Whether a shot begins with it."""
    anchor: T
    """The frame that stands for its shot."""


def shown(items: Iterable[T], look: Callable[[T], Pixels]) -> Iterator[Shown[T]]:
    """All `items` in order, whose pixels (H, W, 3) `look` gives; one of them is held back, at a rise more.

    The first item begins a shot. What is said of a shot depends on its own frames alone.
    """
    is_cut = CutDetector()
    head: _Head[T] | None = None
    anchor: T | None = None
    for item in items:
        cut = is_cut(look(item))
        if head is not None and not cut:
            head.add(item, look(item))
            if head.risen:
                anchor = head.anchor
                yield from head.shown()
                head = None
        elif head is None and anchor is not None and not cut:
            yield Shown(item, False, anchor)
        else:
            if head is not None:
                yield from head.shown()
            head = _Head(item, look(item))
    if head is not None:
        yield from head.shown()


class _Head(Generic[T]):
    """The first frames of a shot, up to where its contrast rises no more."""

    def __init__(self, item: T, pixels: Pixels) -> None:
        self._items, self.anchor = [item], item
        self._last = self._most = contrast(pixels)
        self._longest = max(2, min(LONGEST_RISE, HELD // max(1, pixels.nbytes)))
        self.risen = False

    def add(self, item: T, pixels: Pixels) -> None:
        self._items.append(item)
        now = contrast(pixels)
        if now > self._most * RISE:
            self.anchor, self._most = item, now
        self.risen = LEAST <= now <= self._last * RISE or len(self._items) >= self._longest
        self._last = now

    def shown(self) -> Iterator[Shown[T]]:
        for index, item in enumerate(self._items):
            yield Shown(item, index == 0, self.anchor)


def contrast(pixels: Pixels) -> float:
    """Standard deviation of a picture (H, W, 3) brought to a small size, in levels of 255."""
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    grey = np.asarray(small, np.float32).mean(2)
    return float(grey.std()) * 255 / float(np.iinfo(pixels.dtype).max)


class ByShot(Wrapped):
    """Gives the engine inside one shot at a time, and first the frame that stands for it."""

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        begun = 0

        def number(each: Shown[Pixels]) -> int:
            nonlocal begun
            begun += each.fresh
            return begun

        for _, shot in groupby(shown(frames, lambda frame: frame), number):
            whole = iter(shot)
            first = next(whole)
            rest = chain([first.item], (each.item for each in whole))
            if first.anchor is first.item:
                yield from self.engine.clip(rest)
            else:
                results = self.engine.clip(chain([first.anchor], rest))
                next(results)
                yield from results
