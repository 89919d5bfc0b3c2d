"""The codecs that pictures and films really went through, in one table: to bytes and back, in memory.

Source: APISR (CVPR 2024), section 3.2: codecs for video compress single pictures, too, where they predict
within the picture. With `together` they compress a clip and predict from frame to frame, as in AnimeSR.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from av.error import FFmpegError

from sakuga.degrade import films, stills
from sakuga.degrade.clip import Frames
from sakuga.degrade.films import Settings
from sakuga.errors import CodecError, InputError

Coded = tuple[Frames, int]
"""Decoded frames and the size of their stream in bytes."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec; `code` takes frames that are to be one stream."""

    code: Callable[[Frames, float, Settings], Coded]
    best: float
    """The quality that changes least, in the codec's own unit."""
    worst: float
    unit: str
    """What its makers call that unit."""
    moving: bool = True
    """Whether it predicts from frame to frame."""
    presets: tuple[str, ...] = ()
    """Names for its speeds, where they change the picture."""


@dataclass(frozen=True, slots=True)
class Compressed:
    """What comes out of a codec."""

    frames: Frames
    """As those that went in, (N, H, W, 3)."""
    size: int
    """Bytes of all streams, without a container."""


def _film(name: str) -> Callable[[Frames, float, Settings], Coded]:
    return lambda frames, quality, settings: films.code(films.ENCODERS[name], frames, quality, settings)


def _still(name: str) -> Callable[[Frames, float, Settings], Coded]:
    return lambda frames, quality, settings: stills.code(name, frames, quality, settings.effort)


_SPEEDS = ("slow", "medium", "fast", "faster", "superfast")

CODECS: Mapping[str, Codec] = {
    "jpeg": Codec(_still("jpeg"), 100, 1, "quality", moving=False),
    "webp": Codec(_still("webp"), 100, 0, "quality", moving=False),
    "avif": Codec(_still("avif"), 100, 0, "quality", moving=False),
    "mpeg2": Codec(_film("mpeg2"), 1, 31, "qscale"),
    "mpeg4": Codec(_film("mpeg4"), 1, 31, "qscale"),
    "h264": Codec(_film("h264"), 0, 51, "crf", presets=_SPEEDS),
    "h265": Codec(_film("h265"), 0, 51, "crf", presets=_SPEEDS),
    "av1": Codec(_film("av1"), 1, 63, "crf"),
    "vp9": Codec(_film("vp9"), 0, 63, "crf"),
}
"""Adding a codec is adding an entry."""


def compress(
    frames: Frames, codec: str, quality: float, *, together: bool = False, settings: Settings | None = None
) -> Compressed:
    """Encode `frames` (N, H, W, 3), RGB, uint8, of any size, and decode them again.

    quality: in the codec's own unit, see CODECS. together: whether the frames are one film; else, and for
    codecs of stills always, each is a stream of its own. Video codecs work in 4:2:0, BT.601, limited range,
    as FFmpeg's program does with RGB pictures; odd sides are filled up by their last pixels and cut again.
    The same call gives the same pixels, on one thread. Raises InputError for frames, a codec or a quality
    that cannot be, CodecError where the codec fails: nothing is ever passed through as it came.
    """
    kind = _kind(codec, quality)
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or not frames.size:
        shape = "x".join(map(str, frames.shape))
        raise InputError(
            f"Codecs take frames (N, H, W, 3) of 8 bits, at least one; not {shape} {frames.dtype}."
        )
    chosen = settings or Settings()
    try:
        if together and kind.moving:
            streams = [kind.code(frames, quality, chosen)]
        else:
            streams = [kind.code(frame[None], quality, chosen) for frame in frames]
    except (FFmpegError, ValueError, RuntimeError, OSError) as error:
        clip = f"{len(frames)} frames of {frames.shape[2]}x{frames.shape[1]}"
        told = f" and {chosen.told()}" if chosen.told() else ""
        reason = error.strerror if isinstance(error, FFmpegError) else error
        raise CodecError(
            f"The codec {codec} failed on {clip} at {kind.unit} {quality:g}{told}: {reason}."
        ) from error
    return Compressed(np.concatenate([decoded for decoded, _ in streams]), sum(size for _, size in streams))


def _kind(codec: str, quality: float) -> Codec:
    if codec not in CODECS:
        raise InputError(f"There is no codec {codec!r}; there are {', '.join(CODECS)}.")
    kind = CODECS[codec]
    low, high = sorted((kind.best, kind.worst))
    if not low <= quality <= high:
        raise InputError(f"{codec} has no {kind.unit} {quality:g}; it is a number from {low:g} to {high:g}.")
    return kind
