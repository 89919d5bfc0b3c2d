"""Restore arrays: the checks and conversions between what users hold and what the engine takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sakuga.engine.picture import redrawn_bands
from sakuga.errors import InputError
from sakuga.media.frames import Pixels

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

Array = NDArray[np.uint8 | np.uint16 | np.float32]
_TAKEN = "arrays are uint8, uint16 or float32 in 0..1"


def restore_still(engine: FrameEngine, array: Array) -> Array:
    """(H, W), (H, W, 1), (H, W, 3) or (H, W, 4) to the same layout and dtype at the engine's scale."""
    flat = array.ndim == 2
    pixels = _pixels(array[:, :, None] if flat else array, channels=(1, 3, 4))
    colours, transparency = (pixels[:, :, :3], pixels[:, :, 3:]) if pixels.shape[2] == 4 else (pixels, None)
    result = np.concatenate(list(redrawn_bands(engine, colours, transparency)))
    return _like(array, result[:, :, 0] if flat else result)


def restore_clip(engine: FrameEngine, frames: Iterable[Array]) -> Iterator[Array]:
    """Frames (H, W, 3) of one clip to as many restored ones, lazily, in order, each of its frame's dtype."""
    like: list[Array] = []

    def pixels() -> Iterator[Pixels]:
        for frame in frames:
            like.append(frame[:0])
            yield _pixels(frame, channels=(3,))

    for result in engine.clip(pixels()):
        yield _like(like.pop(0), result)


def _pixels(array: Array, channels: tuple[int, ...]) -> Pixels:
    if array.ndim != 3 or array.shape[2] not in channels or not array.size:
        wanted = " or ".join(f"(H, W, {count})" for count in channels)
        raise InputError(f"The array has the shape {array.shape}; give {wanted}, none of them 0.")
    if array.dtype.name in ("uint8", "uint16"):
        return cast("Pixels", array)
    if array.dtype.name != "float32":
        raise InputError(f"The array is {array.dtype}; {_TAKEN}.")
    if not (array.min() >= 0 and array.max() <= 1):
        raise InputError(f"The array runs from {array.min():g} to {array.max():g}; {_TAKEN}.")
    return np.rint(array * 65535).astype(np.uint16)


def _like(array: Array, result: Pixels) -> Array:
    return (result / 65535).astype(np.float32) if array.dtype.name == "float32" else result
