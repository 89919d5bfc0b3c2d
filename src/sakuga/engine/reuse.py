"""Restore only what changed: drawings are held for two or three frames over backgrounds that stand still.

Frames are compared, block by block, with the pixels that the last result was made from, not with the frame
before: so a slow fade cannot creep away from its picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, lcm
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.engine.tiles import Span, round_up
from sakuga.media.frames import Pixels
from sakuga.models.spec import ModelSpec

Mode = Literal["off", "exact", "near"]
MODES: tuple[Mode, ...] = ("off", "exact", "near")

BLOCK = 8
"""Low-resolution pixels of a block's side, the size at which codecs decide to skip."""
NEW = 10.0
"""Mean change of one block, in 8-bit levels, that codec noise does not reach in drawings (x264, 500 kb/s)."""
SLIGHT = 4.0
"""Change that a few blocks have from codec noise, many only where something moves or fades."""
MANY = 1 / 100
"""Share of blocks that is many."""
WARM_UP = 5
"""Full frames at the start of a shot: until then a recurrent network still gets visibly better."""
SETTLE = 2
"""Runs that a new drawing gets in a recurrent network, whose second look changes more than noise does."""
PAYS = 0.6
"""Regions are run instead of the frame while they, with their halos, are at most this part of it.

A network made ready for any size is slower per pixel than one for a whole frame, in bf16 by a quarter.
"""
STEP = 32
"""Window sides are multiples of this, so that few shapes have to be prepared."""


@dataclass(frozen=True, slots=True)
class Region:
    """One part of a frame to run: as for tiles, more is seen than kept."""

    rows: Span
    columns: Span

    @property
    def area(self) -> int:
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)


@dataclass
class Saved:
    """How much of all frames did not have to be run."""

    total: float = 0.0
    """Frames."""
    run: float = 0.0
    """Frames' worth of pixels that were run, halos included."""

    def count(self, run: float) -> None:
        self.total, self.run = self.total + 1, self.run + run

    @property
    def share(self) -> float:
        """0..1; 0 before the first frame."""
        return 1 - self.run / self.total if self.total else 0.0


class Reuse:
    """Says of each frame of a clip which regions have to run; one object per clip and frame size."""

    def __init__(self, mode: Mode, spec: ModelSpec, saved: Saved, *, regions: bool) -> None:
        """regions: whether the backend takes parts of a frame in any size."""
        self._mode, self._recurrent, self._saved = mode, spec.recurrent, saved
        self._regions = regions and spec.exact and spec.any_size
        self._multiple, self._halo = spec.multiple, round_up(spec.halo, spec.multiple)
        self._step = lcm(STEP, spec.multiple)
        self._committed: Pixels | None = None
        self._due: NDArray[np.int8] = np.zeros((0, 0), np.int8)

    @property
    def committed(self) -> Pixels:
        """(H, W, 3), the pixels that the result now stands for; only after the first frame."""
        assert self._committed is not None, "nothing is committed before the first frame"
        return self._committed

    def todo(self, frame: Pixels, fresh: bool, room: float = inf) -> list[Region] | None:
        """What of `frame` (H, W, 3) has to run: None for all of it, an empty list for nothing.

        fresh: whether a shot begins. room: low-resolution pixels that fit into memory at one time; a change
        that needs a larger region runs the whole frame, which is then cut into tiles. The caller runs what
        this says, so it counts as done.
        """
        regions = self._look(frame, fresh, room)
        whole = frame.shape[0] * frame.shape[1]
        self._saved.count(1.0 if regions is None else sum(r.area for r in regions) / whole)
        return regions

    def _look(self, frame: Pixels, fresh: bool, room: float) -> list[Region] | None:
        if self._mode == "off":
            return None
        if self._committed is None or fresh or self._committed.shape != frame.shape:
            return self._all(frame, WARM_UP if self._recurrent else 1)
        if self._mode == "exact":
            same = not self._recurrent and bool(np.array_equal(frame, self._committed))
            return [] if same else self._all(frame, 1)
        changed = _changed(frame, self._committed)
        self._due[changed] = np.maximum(self._due[changed], SETTLE if self._recurrent else 1)
        if not (self._due > 0).any():
            return []
        regions = self._cover(*frame.shape[:2]) if self._regions else None
        if regions is not None and max(region.area for region in regions) > room:
            regions = None
        return self._all(frame, None) if regions is None else self._commit(frame, regions)

    def _all(self, frame: Pixels, due: int | None) -> None:
        """Take the whole frame as committed; `due` more runs where a shot begins, counting this one."""
        blocks = tuple(-(-side // BLOCK) for side in frame.shape[:2])
        self._due = np.full(blocks, due, np.int8) if due is not None else self._due
        self._due = np.maximum(self._due - 1, 0).astype(np.int8)
        self._committed = frame.copy()

    def _commit(self, frame: Pixels, regions: list[Region]) -> list[Region]:
        for region in regions:
            rows, columns = region.rows.kept, region.columns.kept
            self.committed[rows, columns] = frame[rows, columns]
            blocks = self._due[_blocks(region.rows), _blocks(region.columns)]
            np.maximum(blocks - 1, 0, out=blocks)
        return regions

    def _cover(self, height: int, width: int) -> list[Region] | None:
        """Boxes around what is due, or None where the whole frame costs no more."""
        due = cv2.dilate((self._due > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
        count, _, boxes, _ = cv2.connectedComponentsWithStats(due)
        if count > 64:
            return None
        regions = [
            self._region(box, height, width)
            for box in _merged(np.asarray(boxes, np.int32)[1:, :4], self._halo // BLOCK)
        ]
        return regions if sum(r.area for r in regions) <= PAYS * height * width else None

    def _region(self, box: NDArray[np.int32], height: int, width: int) -> Region:
        x, y, w, h = (int(side) * BLOCK for side in box)
        return Region(self._span(y, y + h, height), self._span(x, x + w, width))

    def _span(self, first: int, last: int, length: int) -> Span:
        """See a halo around [first, last), rounded up to a whole step, within the padded frame."""
        length = round_up(length, self._multiple)
        last = min(last, length)
        start = max(0, first - self._halo) // self._multiple * self._multiple
        size = round_up(min(length, last + self._halo) - start, self._step)
        if size >= length:
            return Span(0, length, first, last)
        start = min(start, length - size)
        return Span(start, start + size, first, last)


def _blocks(span: Span) -> slice:
    return slice(span.first // BLOCK, -(-span.last // BLOCK))


def _changed(frame: Pixels, committed: Pixels) -> NDArray[np.bool_]:
    """Which blocks are new, (ceil(H / 8), ceil(W / 8)): strongly, or slightly where many are."""
    difference = np.asarray(cv2.absdiff(frame, committed)).max(2)
    down, right = (-side % BLOCK for side in difference.shape)
    padded = np.pad(difference, ((0, down), (0, right)), "edge")
    blocks = padded.reshape(padded.shape[0] // BLOCK, BLOCK, -1, BLOCK)
    means = blocks.mean((1, 3), dtype=np.float32) * (255.0 / np.iinfo(frame.dtype).max)
    slight = means > SLIGHT
    return slight if slight.mean() > MANY else means > NEW


def _merged(boxes: NDArray[np.int32], halo: int) -> list[NDArray[np.int32]]:
    """Join boxes (x, y, w, h) in blocks while one window costs no more than two with their halos."""
    open_boxes = list(boxes)
    done: list[NDArray[np.int32]] = []
    while open_boxes:
        box = open_boxes.pop()
        for i, other in enumerate(open_boxes):
            joint = _hull(box, other)
            if _cost(joint, halo) <= _cost(box, halo) + _cost(other, halo):
                open_boxes[i] = joint
                break
        else:
            done.append(box)
    return done


def _hull(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    first, last = np.minimum(a[:2], b[:2]), np.maximum(a[:2] + a[2:], b[:2] + b[2:])
    return np.concatenate([first, last - first])


def _cost(box: NDArray[np.int32], halo: int) -> int:
    return int((box[2] + 2 * halo) * (box[3] + 2 * halo))
