"""Run a network on frames: frames in, frames out, whatever the network, the device and the size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from sakuga.engine import colour, precision
from sakuga.engine.backend import Backend
from sakuga.engine.cuts import CutDetector
from sakuga.engine.device import open_backend
from sakuga.engine.frame_engine import EngineReport
from sakuga.engine.recurrence import steps
from sakuga.engine.resample import resample, resample_bands
from sakuga.engine.reuse import MODES, Mode, Reuse, Saved
from sakuga.engine.runner import Runner, least_tile
from sakuga.errors import InputError, WeightsError
from sakuga.media.frames import Pixels
from sakuga.models import weights
from sakuga.models.load import Model
from sakuga.models.spec import FileSource, ModelSpec


def open_engine(
    model: Model,
    *,
    device: str = "auto",
    precision: str = "auto",
    tile: int | None = None,
    scale: float | None = None,
    color_lock: bool = True,
    reuse: Mode = "near",
    workers: int = 1,
) -> Engine:
    """Make `model` ready to run.

    device: see `engine.device.open_backend`. precision: auto, fp32, bf16, fp16; a reduced one is used only if
    it passes the self-check. tile: longest side of a tile in low-resolution pixels, None: what fits.
    scale: output side / input side, None for the network's own. color_lock: whether the result takes its low
    frequencies from the source, as networks drift in brightness and hue. reuse: off, exact or near, what of a
    clip counts as unchanged and is not restored again, see engine.reuse. workers: processes that share the
    cores of a CPU.
    Raises DeviceError, InputError or ModelError, naming the flag.
    """
    if scale is not None and not 0 < scale <= 64:
        raise InputError(f"--scale {scale}: give a number above 0 and at most 64.")
    smallest = least_tile(model.spec)
    if tile is not None and tile < smallest:
        raise InputError(f"--tile {tile}: {model.spec.name} needs at least {smallest} pixels.")
    if reuse not in MODES:
        raise InputError(f"--reuse {reuse}: choose one of {', '.join(MODES)}.")
    return Engine(model.spec, open_backend(model, device, workers), precision, tile, scale, color_lock, reuse)


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
        reuse: Mode = "near",
    ) -> None:
        self._spec, self._backend = spec, backend
        self._reuse: Mode = reuse
        self.scale = float(spec.scale if scale is None else scale)
        self._choice = precision.choose(backend, wanted, spec)
        self._chosen = f"{self._choice.precision} {tile} {self.scale} {color_lock} {reuse}"
        self._runner = Runner(spec, backend, self._choice, tile)
        self._lock, self._drift = color_lock, colour.Drift()
        self._saved = Saved()

    @property
    def report(self) -> EngineReport:
        backend, choice = self._backend, self._choice
        return EngineReport(
            self._spec.name,
            backend.device,
            backend.name,
            choice.precision,
            self._runner.tile,
            self._drift.mean,
            self._saved.share,
            self._weights,
            tuple(choice.notes),
        )

    @cached_property
    def _weights(self) -> Mapping[str, str]:
        """Hashed once; that they can be read no more hinders nobody who has read them."""
        try:
            return weights.hashes(self._spec)
        except WeightsError:
            return {}

    @property
    def window(self) -> int:
        """Frames that one step sees."""
        return self._spec.window

    @property
    def identity(self) -> str:
        """Network, weights, backend, device and all that was chosen."""
        spec, backend = self._spec, self._backend
        if isinstance(spec.source, FileSource):
            with spec.source.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            spec = replace(spec, source=FileSource(Path(), digest))
        return f"{spec} {backend.name} {backend.device} {self._chosen}"

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        return self._runner.planned(height, width)

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Cut frames of this size into tiles of (h, w)."""
        self._runner.settle(height, width, tile)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output, at least 1 x 1."""
        return max(1, round(width * self.scale)), max(1, round(height * self.scale))

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the result, top to bottom, same depth."""
        height, width = pixels.shape[:2]
        whole = height * self._spec.scale, width * self._spec.scale
        new_width, new_height = self.size(width, height)
        bands = self._runner.bands([pixels] * self._spec.window)
        locked = colour.lock_bands(bands, pixels, self._drift) if self._lock else bands
        return resample_bands(locked, whole, (new_height, new_width))

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily, looking one frame ahead."""
        memory = Reuse(self._reuse, self._spec, self._saved, regions=self._backend.fixed is None)
        carries = self._spec.recurrent or self._spec.pooled
        result, state, shown = None, None, None
        for step in steps(frames, self._spec.window, CutDetector() if carries else None):
            source = step.frames[len(step.frames) // 2]
            todo = memory.todo(source, step.fresh, self._runner.room)
            if todo is None or result is None or shown is None:
                result, state = self._runner.whole(step.frames, None if step.fresh else state)
                shown = self._finished(result, source)
            elif todo:
                result = self._runner.parts(step.frames, todo, result, state)
                shown = self._finished(result, memory.committed)
            yield shown

    def _finished(self, result: Pixels, source: Pixels) -> Pixels:
        """The network's result in the source's colours and the size that was asked for."""
        locked = colour.lock(result, source, self._drift) if self._lock else result
        width, height = self.size(source.shape[1], source.shape[0])
        return resample(locked, height, width)
