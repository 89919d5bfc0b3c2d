"""Run one network over frames of any size: plan tiles, run them, halve them where memory is short."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from math import inf

import numpy as np

from sakuga.engine import precision, tiles
from sakuga.engine.backend import Backend, Depth, State
from sakuga.engine.regions import Region
from sakuga.errors import OutOfMemory
from sakuga.media.frames import Pixels
from sakuga.models.spec import ModelSpec

PROGRAMS = 4
"""Compiled tile sizes that are kept; a folder of pictures in few sizes compiles each once."""
LARGEST = 1024 * 1024
"""Low-resolution pixels of the largest tile that is chosen without --tile; larger ones are no faster."""
POOLED = 2048 * 2048
"""The same of pooled networks, which take more than one pass over what does not fit into one tile."""


def least_tile(spec: ModelSpec) -> int:
    """The smallest useful tile: two halos and as much again of result."""
    return 4 * tiles.round_up(max(spec.halo, 4), spec.multiple)


class Runner:
    """One model on one device, at the network's own scale.

    Frames come as windows: as many (H, W, 3) frames as the network sees, oldest first.
    """

    def __init__(self, spec: ModelSpec, backend: Backend, choice: precision.Choice, tile: int | None) -> None:
        """tile: longest side of a tile, None for what memory allows."""
        self._spec, self._backend, self._choice = spec, backend, choice
        self._tile = None if tile is None else (_whole(tile, spec.multiple), _whole(tile, spec.multiple))
        self._programs: OrderedDict[tuple[int, int, str], precision.Guarded] = OrderedDict()
        self._plans: dict[tuple[int, int], tiles.Plan] = {}
        self.tile: tuple[int, int] | None = None
        """(h, w) of the last tile; None before the first frame."""

    @property
    def room(self) -> float:
        """Low-resolution pixels of the last tile: what is known to fit at one time."""
        return inf if self.tile is None else self.tile[0] * self.tile[1]

    def bands(self, window: Sequence[Pixels], shared: State | None = None) -> Iterator[Pixels]:
        """The result in bands of rows, top to bottom, from a zero state if the network has one.

        shared: the statistics that a pooled network uses, None for those of the frame itself.
        Where a tile does not fit into memory, smaller ones go on below what is done.
        """
        height, width = window[0].shape[:2]
        frames = [self._padded(frame) for frame in window]
        if self._spec.pooled and shared is None and not self._plan(*frames[0].shape[:2]).single:
            strips = self._backend.strips(frames[0]) if self._tile is None else None
            if strips is not None:
                yield from _cropped(strips, height, width)
                return
            shared = self._backend.statistics(frames[0])
        join = tiles.bands if self._spec.exact else tiles.feathered_bands
        done, end = 0, height * self._spec.scale
        while done < end:
            plan = self._plan(*frames[0].shape[:2])
            try:
                for top, band in join(plan, self._spec.scale, self._runner(plan, frames, shared), done):
                    fresh = band[max(0, done - top) : end - top, : width * self._spec.scale]
                    done += len(fresh)
                    yield fresh
            except OutOfMemory as error:
                self._shrink(plan, error)

    def planned(self, height: int, width: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        return self._plan(*self._sides(height, width)).tile

    def settle(self, height: int, width: int, tile: tuple[int, int]) -> None:
        """Cut frames of this size into tiles of (h, w), whatever the memory says."""
        if self._backend.fixed is None:
            sides = self._sides(height, width)
            self._plans[sides] = self._planned(*sides, tile)

    def _runner(self, plan: tiles.Plan, frames: list[Pixels], shared: State | None) -> tiles.Run:
        program = self._program(plan, frames[0])

        def run(row: tiles.Span, column: tiles.Span) -> Pixels:
            return program(_cut(frames, None, row, column)[0], shared)[0]

        return run

    def whole(self, window: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        """One step over a whole frame: the result and, of a network that carries something along, that.

        state: None at the start of a shot, whose first frame gives a pooled network the statistics of all. A
        hidden state stays whole, so that a tile reads its neighbours' past as well.
        """
        if self._spec.pooled:
            shared = self._backend.statistics(self._padded(window[0])) if state is None else state
            return joined(self.bands(window, shared)), shared
        if not self._spec.recurrent:
            return joined(self.bands(window)), None
        height, width = window[0].shape[:2]
        frames = [self._padded(frame) for frame in window]
        size = frames[0].shape[:2]
        before = self._backend.state(*size) if state is None else state
        while True:
            plan = self._plan(*size)
            try:
                image, after = self._step_tiles(plan, frames, before)
                return image[: height * self._spec.scale, : width * self._spec.scale], after
            except OutOfMemory as error:
                self._shrink(plan, error)

    def parts(
        self, window: Sequence[Pixels], regions: Sequence[Region], result: Pixels, state: State | None
    ) -> Pixels:
        """One step over some regions: `result` and, in place, `state`, renewed where they are kept.

        Only for networks with a finite reach. All regions see the state as it was before this step.
        """
        frames = [self._padded(frame) for frame in window]
        program = self._program(None, frames[0])
        answers = [program(*_cut(frames, state, region.rows, region.columns)) for region in regions]
        renewed = result.copy()
        for region, (pixels, part) in zip(regions, answers, strict=True):
            rows, columns, scale = region.rows, region.columns, self._spec.scale
            into = renewed[
                rows.first * scale : rows.last * scale, columns.first * scale : columns.last * scale
            ]
            inner = pixels[rows.inner(scale), columns.inner(scale)]
            into[...] = inner[: into.shape[0], : into.shape[1]]
            if state is not None and part is not None:
                state[..., rows.kept, columns.kept] = part[..., rows.inner(), columns.inner()]
        return renewed

    def _step_tiles(self, plan: tiles.Plan, frames: list[Pixels], before: State) -> tuple[Pixels, State]:
        program = self._program(plan, frames[0])
        if plan.single:
            return program(frames, before)
        after = self._backend.state(*frames[0].shape[:2])

        def run(row: tiles.Span, column: tiles.Span) -> Pixels:
            pixels, part = program(*_cut(frames, before, row, column))
            assert part is not None, "a recurrent program returns a state"
            after[..., row.kept, column.kept] = part[..., row.inner(), column.inner()]
            return pixels

        return joined(band for _, band in tiles.bands(plan, self._spec.scale, run)), after

    def _plan(self, height: int, width: int) -> tiles.Plan:
        """Tiles for a padded frame, planned once per size: running changes how much memory is free."""
        if (height, width) not in self._plans:
            side = self._backend.fixed or self._side(height, width)
            self._plans[height, width] = self._planned(height, width, side)
        plan = self._plans[height, width]
        self.tile = plan.tile
        return plan

    def _planned(self, height: int, width: int, side: tuple[int, int]) -> tiles.Plan:
        even = self._backend.fixed is None
        return tiles.plan(height, width, side, self._spec.halo, self._spec.multiple, even=even)

    def _side(self, height: int, width: int) -> tuple[int, int]:
        if self._tile is not None:
            return self._tile
        room = min(self._backend.room(), POOLED if self._spec.pooled else LARGEST)
        if height * width <= room:
            return height, width
        least, multiple = least_tile(self._spec), self._spec.multiple
        across = min(width, max(least, _whole(int(room**0.5), multiple)))
        return max(least, _whole(room // across, multiple)), across

    def _shrink(self, plan: tiles.Plan, error: OutOfMemory) -> None:
        """Halve the longer side of the tile, or give up where that leaves only halo."""
        height, width = plan.tile
        least = least_tile(self._spec)
        half = (height, width // 2) if width >= height else (height // 2, width)
        if self._backend.fixed is not None or min(half) < least:
            raise error
        multiple = self._spec.multiple
        self._tile = _whole(half[0], multiple), _whole(half[1], multiple)
        self._plans.clear()
        self._programs.clear()
        note = f"tiles of {width} x {height} did not fit into memory; going on with {half[1]} x {half[0]}."
        self._choice.notes.append(note)

    def _program(self, plan: tiles.Plan | None, frame: Pixels) -> precision.Guarded:
        """The network made ready for a plan's tiles, or for any size without one."""
        depth: Depth = "uint8" if frame.dtype == np.uint8 else "uint16"
        size = (0, 0) if plan is None else plan.tile
        key = (size[0], size[1], depth)
        if key not in self._programs:
            self._programs[key] = precision.Guarded(self._backend, size, depth, self._choice)
            while len(self._programs) > PROGRAMS:
                self._programs.popitem(last=False)
        self._programs.move_to_end(key)
        return self._programs[key]

    def _sides(self, height: int, width: int) -> tuple[int, int]:
        """(h, w) of a frame as the network takes it."""
        smallest, multiple = self._spec.least, self._spec.multiple
        least = self._backend.fixed or (smallest, smallest)
        return (
            max(tiles.round_up(height, multiple), least[0]),
            max(tiles.round_up(width, multiple), least[1]),
        )

    def _padded(self, frame: Pixels) -> Pixels:
        """Right and bottom, to the network's multiple, and to its only size where it has one."""
        height, width = self._sides(*frame.shape[:2])
        down, right = height - frame.shape[0], width - frame.shape[1]
        return np.pad(frame, ((0, down), (0, right), (0, 0)), self._spec.padding) if down or right else frame


def _cut(
    frames: Sequence[Pixels], state: State | None, rows: tiles.Span, columns: tiles.Span
) -> tuple[list[Pixels], State | None]:
    part = None if state is None else state[..., rows.seen, columns.seen]
    return [frame[rows.seen, columns.seen] for frame in frames], part


def _cropped(bands: Iterable[Pixels], height: int, width: int) -> Iterator[Pixels]:
    """Bands of a padded frame without what was added on the right and at the bottom."""
    done = 0
    for band in bands:
        yield np.ascontiguousarray(band[: height - done, :width])
        done += len(band)
        if done >= height:
            return


def _whole(side: int, multiple: int) -> int:
    return side // multiple * multiple


def joined(bands: Iterable[Pixels]) -> Pixels:
    """Bands below each other."""
    parts = list(bands)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
