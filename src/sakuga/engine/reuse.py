"""Restore only what changed: drawings are held for two or three frames over backgrounds that stand still.

Frames are compared, block by block, with the pixels that the last result was made from, not with the frame
before, and what is left as it was may differ by a small budget only: so nothing creeps away from its picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, lcm
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.engine.regions import Lattice, Mask, Region, cover
from sakuga.engine.tiles import round_up
from sakuga.media.blocks import BLOCK, block_means
from sakuga.media.frames import Pixels
from sakuga.models.spec import ModelSpec

Mode = Literal["off", "exact", "near"]
MODES: tuple[Mode, ...] = ("off", "exact", "near")

NEW = 10.0
"""Mean change of one block, in 8-bit levels, that codec noise does not reach in drawings (x264, 500 kb/s)."""
BUDGET = 0.3
"""Mean square of the change, in 8-bit levels, that the blocks that are not new may have together.

It bounds how far a result is from that of its own frame. x264 refines what stands still little by little, and
a slow fade is small in each block: without this bound a fade over 240 frames is shown 42 dB beside itself.
"""
LEFT = 0.75
"""Part of the budget that is left where it was overdrawn: little is run again, and not in every frame."""
WARM_UP = 5
"""Full frames at the start of a shot: until then a recurrent network still gets visibly better."""
SETTLE = 2
"""Runs that a new drawing gets in a recurrent network, whose second look changes more than noise does."""
SEEN = 4 / 7
"""Part of a network's halo that regions see; what is beyond changes the result by 5 levels at most, 56 dB."""
PAYS = 0.9
"""Regions are run instead of the frame while they, with their halos, are at most this part of it.

A network made ready for any size takes 4 to 9 % more processor time per pixel than one for a whole frame.
"""
STEP = 16
"""Window sides are multiples of this, so that few shapes have to be prepared."""
_AROUND = np.ones((3, 3), np.uint8)


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
        self._regions = regions and spec.exact and spec.any_size and not spec.pooled
        self._multiple, self._halo = spec.multiple, round_up(ceil(spec.halo * SEEN), spec.multiple)
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
        new, stale = _changed(frame, self._committed)
        self._owe(cv2.dilate(new.astype(np.uint8), _AROUND).astype(np.bool_) | stale, 1)
        self._owe(new, SETTLE if self._recurrent else 1)
        if not (self._due > 0).any():
            return []
        regions = self._cover(*frame.shape[:2]) if self._regions else None
        if regions is not None and max(region.area for region in regions) > room:
            regions = None
        return self._all(frame, None) if regions is None else self._commit(frame, regions)

    def _owe(self, blocks: Mask, runs: int) -> None:
        self._due[blocks] = np.maximum(self._due[blocks], runs)

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
            blocks = self._due[region.blocks]
            np.maximum(blocks - 1, 0, out=blocks)
        return regions

    def _cover(self, height: int, width: int) -> list[Region] | None:
        """Boxes around what is due, or None where the whole frame costs no more."""
        boxes = cover(self._due > 0, self._halo / BLOCK)
        if boxes is None:
            return None
        lattice = Lattice(height, width, self._halo, self._multiple, lcm(STEP, self._multiple))
        regions = [lattice.region(box) for box in boxes]
        return regions if sum(r.area for r in regions) <= PAYS * height * width else None


def _changed(frame: Pixels, committed: Pixels) -> tuple[Mask, Mask]:
    """Which blocks are new and which are stale, both (ceil(H / 8), ceil(W / 8)).

    New ones show another drawing. The others count as noise while their mean square is within BUDGET; where
    it is not, those that changed most are stale, so many that LEFT of it remains.
    """
    planes = cv2.split(cv2.absdiff(frame, committed))
    levels = np.asarray(cv2.max(cv2.max(planes[0], planes[1]), planes[2]), np.float32)
    levels *= np.float32(255.0 / np.iinfo(frame.dtype).max)
    new = block_means(levels) > NEW
    squares = np.where(new, 0, block_means(levels * levels))
    if squares.mean() <= BUDGET:
        return new, np.zeros_like(new)
    rising = np.sort(squares, None)
    kept = int(np.searchsorted(np.cumsum(rising), LEFT * BUDGET * squares.size))
    return new, squares >= rising[kept]
