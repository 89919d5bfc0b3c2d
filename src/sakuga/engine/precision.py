"""Reduced precision only where it gives the picture that fp32 gives; black or broken output never leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sakuga.engine.backend import Backend, Depth, Precision, Program, State
from sakuga.engine.tiles import round_up
from sakuga.errors import DeviceError, InputError, ModelError
from sakuga.media.frames import Pixels
from sakuga.models.spec import ModelSpec

CHOICES = ("auto", "fp32", "bf16", "fp16")
SIDE = 96
"""Low-resolution side of the drawing that both precisions restore."""
ENOUGH = 40.0
"""dB that a reduced precision must keep against fp32; sound networks reach 50, broken ones not 20."""
DRIFT = 24.0
"""8-bit levels by which a tile's mean may differ from its input before fp32 is asked for a second opinion."""


TRUST = 3
"""Second opinions that agree until a network is known to change brightness by nature."""


@dataclass
class Choice:
    """The precision in use; it may fall to fp32 while running, and then says why."""

    precision: Precision
    notes: list[str] = field(default_factory=list[str])
    keeps: bool = True
    """Whether the network is one that keeps the brightness of a picture."""


def choose(backend: Backend, wanted: str, spec: ModelSpec) -> Choice:
    """The fastest precision of `backend` that passes the self-check, or `wanted` if that one does."""
    if wanted not in CHOICES:
        raise InputError(f"--precision {wanted}: choose one of {', '.join(CHOICES)}.")
    able = backend.precisions
    notes: list[str] = []
    if wanted != "auto" and wanted not in able:
        notes.append(f"{wanted} is not to be had for this model on {backend.device}; running in fp32.")
    for precision in able:
        if precision == "fp32" or (wanted == "auto" or wanted == precision):
            fault = None if precision == "fp32" else _fault(backend, precision, spec)
            if fault is None:
                return Choice(precision, notes, spec.purpose == "restore")
            notes.append(f"{precision} failed its self-check on {backend.device} ({fault}).")
    raise AssertionError("every backend ends its precisions with fp32")


def _fault(backend: Backend, precision: Precision, spec: ModelSpec) -> str | None:
    side = round_up(max(SIDE, spec.least), spec.multiple)
    height, width = backend.fixed or (side, side)
    frame = drawing(height, width)
    results: list[Pixels] = []
    try:
        kinds: tuple[Precision, ...] = ("fp32", precision)
        for kind in kinds:
            program = backend.compile(height, width, "uint8", kind)
            results.append(program([frame] * spec.window, None)[0])
    except DeviceError as error:
        return str(error)
    quality = psnr(*results)
    return None if quality >= ENOUGH else f"{quality:.0f} dB against fp32, {ENOUGH:.0f} needed"


def drawing(height: int, width: int) -> NDArray[np.uint8]:
    """A drawing with lines, flat colour and gradients, (height, width, 3) uint8, always the same."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ring = np.abs(np.hypot(y - height / 2, x - width / 2) - min(height, width) / 3) < 1.5
    line = ring | (x.astype(int) % 23 == 0)
    paint = np.stack([255 * x / width, 255 * y / height, np.where((x + y) % 48 < 24, 230.0, 60.0)], -1)
    return np.where(line[..., None], 12, paint).astype(np.uint8)


def psnr(one: Pixels, other: Pixels) -> float:
    """dB between two frames of one depth; infinite where they are equal."""
    error = np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2)
    white = float(np.iinfo(one.dtype).max)
    return float("inf") if error == 0 else float(10 * np.log10(white**2 / error))


class Guarded:
    """A program in reduced precision that is run again in fp32 when its result looks broken."""

    def __init__(self, backend: Backend, tile: tuple[int, int], depth: Depth, choice: Choice) -> None:
        self._backend, self._tile, self._choice = backend, tile, choice
        self._depth: Depth = depth
        self._precision = choice.precision
        self._exact: Program | None = None
        self._agreed = 0
        self._program = backend.compile(*tile, depth, choice.precision)

    def __call__(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        """See Program. Raises ModelError where even fp32 makes one flat colour of a picture."""
        if self._choice.precision != self._precision:
            self._use("fp32")
        before = frames[len(frames) // 2]
        pixels, after = self._program(frames, state)
        trusted = self._agreed >= TRUST or not self._choice.keeps
        if (trusted and np.ptp(pixels) > 0) or not _drifted(before, pixels):
            return pixels, after
        if self._precision != "fp32":
            pixels, after = self._second_opinion(frames, state, pixels)
        if np.ptp(pixels) == 0 and np.ptp(before) > 0:
            raise ModelError(
                "The network answers a picture with one flat colour, in fp32 too; its file is damaged or no "
                "restoration model. `sakuga models identify` and `sakuga models verify` tell more."
            )
        return pixels, after

    def _second_opinion(
        self, frames: Sequence[Pixels], state: State | None, doubtful: Pixels
    ) -> tuple[Pixels, State | None]:
        if self._exact is None:
            self._exact = self._backend.compile(*self._tile, self._depth, "fp32")
        truth, after = self._exact(frames, state)
        self._agreed += 1
        if psnr(doubtful, truth) < ENOUGH:
            self._choice.notes.append(f"{self._precision} gave a broken picture; running on in fp32.")
            self._choice.precision = "fp32"
        return truth, after

    def _use(self, precision: Precision) -> None:
        self._precision = precision
        self._program = self._backend.compile(*self._tile, self._depth, precision)


def _drifted(before: Pixels, after: Pixels) -> bool:
    level = 255.0 / np.iinfo(before.dtype).max
    return abs(_sampled_mean(before) - _sampled_mean(after)) * level > DRIFT


def _sampled_mean(frame: Pixels) -> float:
    stride = max(1, min(frame.shape[:2]) // 64)
    return float(frame[::stride, ::stride].mean())
