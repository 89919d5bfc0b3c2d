"""The Python door: load a model once, then restore arrays, clips and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from sakuga.errors import InputError, SakugaError
from sakuga.media.events import OnEvent
from sakuga.restore import job
from sakuga.restore.arrays import Array, restore_clip, restore_still
from sakuga.restore.opening import open_engine
from sakuga.restore.settings import Precision, RestoreSettings

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import EngineReport, FrameEngine


def load(
    model: str | Path | None = None,
    *,
    fast: bool = False,
    device: str = "auto",
    precision: Precision = "auto",
    tile: int | None = None,
    scale: float | None = None,
) -> Restorer:
    """Make a model ready; its weights are fetched and verified at first use.

    model: a name that `sakuga models list` shows, or the path of a .pth, .safetensors or .onnx file; None for
    what `sakuga restore` takes: one model for stills, and another, made ready at first use, for what moves.
    fast, device, precision, tile: see `sakuga restore --help`. scale: output side / input side, None for the
    model's own.
    Raises UnknownModel, WeightsError, DeviceError or InputError.
    """
    name = None if model is None else str(model)
    settings = RestoreSettings(
        model=name, fast=fast, device=device, precision=precision, tile=tile, scale=scale
    )
    still, moving = settings.named(moving=False), settings.named(moving=True)
    return Restorer(open_engine(still), None if moving == still else partial(open_engine, moving), settings)


_OF_LOAD = ("model", "fast", "device", "precision", "tile", "scale")
"""Settings that are decided there."""


class Restorer:
    """A model that is ready to restore, or one for stills and one for what moves."""

    def __init__(
        self,
        engine: FrameEngine,
        moving: Callable[[], FrameEngine] | None = None,
        settings: RestoreSettings | None = None,
    ) -> None:
        """moving: opens the engine for clips and videos, where that is another one. settings: of load()."""
        self._still = self._latest = engine
        self._open_moving = moving
        self._asked = settings or RestoreSettings()

    @property
    def scale(self) -> float:
        """Output side / input side; of two models that of the one that was last used, at first of stills'."""
        return self._latest.scale

    @property
    def report(self) -> EngineReport:
        """Device, backend and precision in use, and what did not go as asked; of two models as `scale`."""
        return self._latest.report

    @overload
    def restore(
        self, source: str | Path, out: str | Path = "restored", *, settings: RestoreSettings | None = None
    ) -> Path: ...
    @overload
    def restore(self, source: NDArray[Any]) -> Array: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def restore(self, source: Iterable[NDArray[Any]]) -> Iterator[Array]: ...
    def restore(
        self,
        source: str | Path | NDArray[Any] | Iterable[NDArray[Any]],
        out: str | Path = "restored",
        *,
        settings: RestoreSettings | None = None,
    ) -> Path | Array | Iterator[Array]:
        """Restore a picture, a clip or a file.

        - array (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, uint8, uint16 or float32 in 0..1: returns the
          same layout and dtype at (H', W') = `scale` times the size.
        - array (N, H, W, 3): the frames of one clip in order; returns (N, H', W', 3). The network sees
          neighbouring frames, and no frame sees across a cut.
        - an iterable of (H, W, 3) frames: the same lazily; returns an iterator, one frame of look-ahead.
        - path of a picture or video: writes the result into the folder `out`, or as the file `out` if that
          has the suffix of one, and returns where it is. A result that is there already is kept unless
          `settings.overwrite`. Of `settings`, what concerns the model and where it runs was decided at
          load().

        Raises InputError for what cannot be read or has another shape, dtype or range; OutputError where the
        result cannot be written.
        """
        if isinstance(source, str | Path):
            return self._file(Path(source), Path(out), settings)
        if not isinstance(source, np.ndarray):
            return restore_clip(self._engine(moving=True), source)
        array = cast("Array", source)
        if array.ndim == 4 and len(array):
            return np.stack(list(restore_clip(self._engine(moving=True), array)))
        return restore_still(self._engine(moving=False), array)

    def _file(self, source: Path, out: Path, settings: RestoreSettings | None) -> Path:
        if source.is_dir():
            raise InputError(
                f"{source} is a folder; give one file, or restore folders with `sakuga restore`."
            )
        if not source.exists():
            raise InputError(f"{source} does not exist.")
        decided = {name: getattr(self._asked, name) for name in _OF_LOAD}
        here = replace(settings or RestoreSettings(), cluster=None, **decided)

        def opener(asked: RestoreSettings, _: OnEvent) -> FrameEngine:
            return self._engine(moving=asked == here.named(moving=True))

        (result,) = job.restore([source], out, settings=here, opener=opener)
        if result.destination and result.state != "failed":
            return result.destination
        raise result.error if isinstance(result.error, SakugaError) else InputError(result.sentence)

    def _engine(self, *, moving: bool) -> FrameEngine:
        self._latest = self._moving if moving else self._still
        return self._latest

    @cached_property
    def _moving(self) -> FrameEngine:
        return self._open_moving() if self._open_moving else self._still
