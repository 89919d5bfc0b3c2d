"""Run a network on frames: frames in, frames out, whatever the network, the device and the size."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from sakuga.engine import colour, precision, tiles
from sakuga.engine.backend import Backend, Depth, State
from sakuga.engine.cuts import CutDetector
from sakuga.engine.device import open_backend
from sakuga.engine.recurrence import Step, steps
from sakuga.engine.resample import resample, resample_bands
from sakuga.errors import InputError, OutOfMemory
from sakuga.media.frames import Pixels
from sakuga.models.load import Model
from sakuga.models.spec import FileSource, ModelSpec

PROGRAMS = 4
"""Compiled tile sizes that are kept; a folder of pictures in few sizes compiles each once."""


LARGEST = 1024 * 1024
"""Low-resolution pixels of the largest tile that is chosen without --tile; larger ones are no faster."""


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine runs on, for people and programs."""

    model: str
    device: str
    backend: str
    precision: str
    tile: tuple[int, int] | None
    """(h, w) of the last tile in low-resolution pixels; None before the first frame."""
    drift: float
    """Colour that the network changed and the lock put back: mean absolute correction in 8-bit levels."""
    notes: tuple[str, ...]
    """Sentences about what did not go as asked: a precision that failed its check, a tile that was halved."""


class FrameEngine(Protocol):
    """Frames in, frames out: what a journey needs of an engine."""

    @property
    def scale(self) -> float:
        """Output side / input side."""
        ...

    @property
    def report(self) -> EngineReport: ...

    @property
    def window(self) -> int:
        """Frames that one step sees."""
        ...

    @property
    def identity(self) -> str:
        """Everything that decides the pixels but the tile; equal for engines that give equal results."""
        ...

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        ...

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Cut frames of this size into tiles of (h, w), whatever the memory says: as a stopped job did."""
        ...

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output for an input of this size."""
        ...

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the result, top to bottom, same depth."""
        ...

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        ...


def open_engine(
    model: Model,
    *,
    device: str = "auto",
    precision: str = "auto",
    tile: int | None = None,
    scale: float | None = None,
    color_lock: bool = True,
) -> Engine:
    """Make `model` ready to run.

    device: see `engine.device.open_backend`. precision: auto, fp32, bf16, fp16; a reduced one is used only if
    it passes the self-check. tile: longest side of a tile in low-resolution pixels, None: what fits.
    scale: output side / input side, None for the network's own. color_lock: whether the result takes its low
    frequencies from the source, as networks drift in brightness and hue.
    Raises DeviceError, InputError or ModelError, naming the flag.
    """
    if scale is not None and not 0 < scale <= 64:
        raise InputError(f"--scale {scale}: give a number above 0 and at most 64.")
    smallest = least_tile(model.spec)
    if tile is not None and tile < smallest:
        raise InputError(f"--tile {tile}: {model.spec.name} needs at least {smallest} pixels.")
    return Engine(model.spec, open_backend(model, device), precision, tile, scale, color_lock)


def least_tile(spec: ModelSpec) -> int:
    """The smallest useful tile: two halos and as much again of result."""
    return 4 * tiles.round_up(max(spec.halo, 4), spec.multiple)


class Engine:
    """One model on one device; see FrameEngine."""

    def __init__(
        self,
        spec: ModelSpec,
        backend: Backend,
        wanted: str,
        tile: int | None,
        scale: float | None,
        color_lock: bool = True,
    ) -> None:
        self._spec, self._backend = spec, backend
        self._tile = None if tile is None else (_whole(tile, spec.multiple), _whole(tile, spec.multiple))
        self.scale = float(spec.scale if scale is None else scale)
        self._choice = precision.choose(backend, wanted, spec)
        self._started = self._choice.precision
        self._programs: OrderedDict[tuple[int, int, str], precision.Guarded] = OrderedDict()
        self._lock, self._drift = color_lock, colour.Drift()
        self._plans: dict[tuple[int, int], tiles.Plan] = {}
        self._used: tuple[int, int] | None = None

    @property
    def report(self) -> EngineReport:
        backend, choice = self._backend, self._choice
        return EngineReport(
            self._spec.name,
            backend.device,
            backend.name,
            choice.precision,
            self._used,
            self._drift.mean,
            tuple(choice.notes),
        )

    @property
    def window(self) -> int:
        """Frames that one step sees."""
        return self._spec.window

    @property
    def identity(self) -> str:
        """Network, weights, backend, device, precision, scale and lock."""
        spec, backend = self._spec, self._backend
        if isinstance(spec.source, FileSource):
            with spec.source.path.open("rb") as file:
                weights = hashlib.file_digest(file, "sha256").hexdigest()
            spec = replace(spec, source=FileSource(Path(), weights))
        return f"{spec} {backend.name} {backend.device} {self._started} {self.scale} {self._lock}"

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        return self._plan(*self._sides(height, width)).tile

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Cut frames of this size into tiles of (h, w)."""
        sides = self._sides(height, width)
        if self._backend.fixed is None:
            self._plans[sides] = self._planned(*sides, tile)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output, at least 1 x 1."""
        return max(1, round(width * self.scale)), max(1, round(height * self.scale))

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the result, top to bottom, same depth."""
        height, width = pixels.shape[:2]
        whole = height * self._spec.scale, width * self._spec.scale
        step = Step((pixels,) * self._spec.window, fresh=True)
        new_width, new_height = self.size(width, height)
        bands = self._bands(step)
        locked = colour.lock_bands(bands, pixels, self._drift) if self._lock else bands
        return resample_bands(locked, whole, (new_height, new_width))

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily, looking one frame ahead."""
        state: State | None = None
        for step in steps(frames, self._spec.window, CutDetector()):
            height, width = step.frames[0].shape[:2]
            if self._spec.recurrent:
                result, state = self._recur(step, None if step.fresh else state)
            else:
                result = _joined(self._bands(step))
            if self._lock:
                result = colour.lock(result, step.frames[len(step.frames) // 2], self._drift)
            new_width, new_height = self.size(width, height)
            yield resample(result, new_height, new_width)

    def _bands(self, step: Step) -> Iterator[Pixels]:
        """Bands at the network's scale; where a tile did not fit, smaller ones go on below what is done."""
        height, width = step.frames[0].shape[:2]
        frames = [self._padded(frame) for frame in step.frames]
        join = tiles.bands if self._spec.exact else tiles.feathered_bands
        done, end = 0, height * self._spec.scale
        while done < end:
            plan = self._plan(*frames[0].shape[:2])
            try:
                for top, band in join(plan, self._spec.scale, self._runner(plan, frames), done):
                    fresh = band[max(0, done - top) : end - top, : width * self._spec.scale]
                    done += len(fresh)
                    yield fresh
            except OutOfMemory as error:
                self._shrink(plan, error)

    def _runner(self, plan: tiles.Plan, frames: list[Pixels]) -> tiles.Run:
        program = self._program(plan, frames[0])

        def run(row: tiles.Span, column: tiles.Span) -> Pixels:
            zero = self._backend.state(*plan.tile) if self._spec.recurrent else None
            return program([frame[row.seen, column.seen] for frame in frames], zero)[0]

        return run

    def _recur(self, step: Step, state: State | None) -> tuple[Pixels, State]:
        """One step over all tiles; the state stays whole, so a tile reads its neighbours' past as well."""
        height, width = step.frames[0].shape[:2]
        frames = [self._padded(frame) for frame in step.frames]
        size = frames[0].shape[:2]
        before = self._backend.state(*size) if state is None else state
        while True:
            plan = self._plan(*size)
            try:
                image, after = self._step_tiles(plan, frames, before)
                return image[: height * self._spec.scale, : width * self._spec.scale], after
            except OutOfMemory as error:
                self._shrink(plan, error)

    def _step_tiles(self, plan: tiles.Plan, frames: list[Pixels], before: State) -> tuple[Pixels, State]:
        program = self._program(plan, frames[0])
        if plan.single:
            return program(frames, before)
        after = self._backend.state(*frames[0].shape[:2])

        def run(row: tiles.Span, column: tiles.Span) -> Pixels:
            cut = [frame[row.seen, column.seen] for frame in frames]
            pixels, part = program(cut, before[..., row.seen, column.seen])
            assert part is not None, "a recurrent program returns a state"
            after[..., row.kept, column.kept] = part[..., row.inner(), column.inner()]
            return pixels

        return _joined(band for _, band in tiles.bands(plan, self._spec.scale, run)), after

    def _plan(self, height: int, width: int) -> tiles.Plan:
        """Tiles for a padded frame, planned once per size: running changes how much memory is free."""
        if (height, width) not in self._plans:
            side = self._backend.fixed or self._side(height, width)
            self._plans[height, width] = self._planned(height, width, side)
        plan = self._plans[height, width]
        self._used = plan.tile
        return plan

    def _planned(self, height: int, width: int, side: tuple[int, int]) -> tiles.Plan:
        even = self._backend.fixed is None
        return tiles.plan(height, width, side, self._spec.halo, self._spec.multiple, even=even)

    def _side(self, height: int, width: int) -> tuple[int, int]:
        if self._tile is not None:
            return self._tile
        room = min(self._backend.room(), LARGEST)
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

    def _program(self, plan: tiles.Plan, frame: Pixels) -> precision.Guarded:
        depth: Depth = "uint8" if frame.dtype == np.uint8 else "uint16"
        key = (*plan.tile, depth)
        if key not in self._programs:
            self._programs[key] = precision.Guarded(self._backend, plan.tile, depth, self._choice)
            while len(self._programs) > PROGRAMS:
                self._programs.popitem(last=False)
        self._programs.move_to_end(key)
        return self._programs[key]

    def _sides(self, height: int, width: int) -> tuple[int, int]:
        """(h, w) of a frame that the network takes."""
        least, multiple = self._backend.fixed or (1, 1), self._spec.multiple
        return (
            max(tiles.round_up(height, multiple), least[0]),
            max(tiles.round_up(width, multiple), least[1]),
        )

    def _padded(self, frame: Pixels) -> Pixels:
        """Right and bottom, to the network's multiple, and to its only size where it has one."""
        height, width = frame.shape[:2]
        padded_height, padded_width = self._sides(height, width)
        down, right = padded_height - height, padded_width - width
        return np.pad(frame, ((0, down), (0, right), (0, 0)), self._spec.padding) if down or right else frame


def _whole(side: int, multiple: int) -> int:
    return side // multiple * multiple


def _joined(bands: Iterable[Pixels]) -> Pixels:
    parts = list(bands)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
