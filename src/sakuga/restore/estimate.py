"""How long a restoration will take and how large it will be, from a few small crops that are restored."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import av.error
import numpy as np

from sakuga.errors import SakugaError
from sakuga.media.codecs import Encoding
from sakuga.media.frames import Pixels
from sakuga.media.layout import PictureLayout
from sakuga.media.metadata import Metadata
from sakuga.media.picture import write_picture
from sakuga.media.sizing import packet_sizes

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine
    from sakuga.restore.inspection import Look

CLIPS = 3
KEYFRAME_SECONDS = 10
"""The encoder places them at most so far apart, and one at most cuts."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What restoring one file will cost."""

    seconds: float | None
    """None for a video that does not tell how many frames it has."""
    size: int | None
    """Bytes; None too where the encoder does not run here."""


def estimate(engine: FrameEngine, look: Look, encoding: Encoding) -> Estimate:
    """Restore and encode crops of `look`, and reckon with the pixels of the whole file."""
    clips = _chosen(look.clips)
    for _ in engine.clip(clips[0][:1]):
        """The first frame pays for the network's preparation."""
    began = time.perf_counter()
    restored = [list(engine.clip(clip)) for clip in clips]
    share = sum(len(clip) for clip in clips) * clips[0][0].shape[0] * clips[0][0].shape[1]
    network = (time.perf_counter() - began) / share
    return (
        _of_video(look, clips, restored, network, encoding)
        if look.info
        else _of_picture(look, clips, restored, network)
    )


def _of_video(
    look: Look, clips: list[list[Pixels]], restored: list[list[Pixels]], network: float, encoding: Encoding
) -> Estimate:
    found, area = look.found, clips[0][0].shape[0] * clips[0][0].shape[1]
    assert look.info is not None, "a video has an info"
    if not found.frames:
        return Estimate(None, None)
    pixels = found.width * found.height
    began = time.perf_counter()
    try:
        sizes = [packet_sizes(_even(clip), look.info, encoding) for clip in restored]
    except (av.error.FFmpegError, SakugaError, ValueError):
        return Estimate(network * pixels * found.frames, None)
    encoder = (time.perf_counter() - began) / sum(map(len, clips)) / area
    keys = max(1.0, found.seconds / KEYFRAME_SECONDS, found.seconds / 60 * (found.cuts_per_minute or 0))
    first = mean(size[0] for size in sizes)
    later = mean(size for packets in sizes for size in (packets[1:] or packets))
    pictures = (keys * first + max(0.0, found.frames - keys) * later) * pixels / area
    return Estimate((network + encoder) * pixels * found.frames, round(pictures + _others(look)))


def _others(look: Look) -> float:
    """Bytes of the streams that are copied."""
    seen = look.weight.video + look.weight.others
    return look.found.path.stat().st_size * look.weight.others / seen if seen else 0.0


def _of_picture(
    look: Look, clips: list[list[Pixels]], restored: list[list[Pixels]], network: float
) -> Estimate:
    found = look.found
    times = found.width * found.height * found.frames / (clips[0][0].shape[0] * clips[0][0].shape[1])
    seconds = network * found.width * found.height * found.frames
    return Estimate(seconds, round(mean(_written(clip[0], found.path.suffix) for clip in restored) * times))


def _written(pixels: Pixels, suffix: str) -> int:
    """Bytes of one picture in the format of `suffix`; what that cannot be read from is taken as PNG."""
    height, width, channels = pixels.shape
    layout = PictureLayout(width, height, channels, "uint8" if pixels.dtype == np.uint8 else "uint16")
    with tempfile.TemporaryDirectory(prefix="sakuga-") as folder:
        path = Path(folder) / f"crop{suffix}"
        try:
            write_picture(path, layout, [pixels], Metadata())
        except SakugaError:
            path = path.with_suffix(".png")
            write_picture(path, layout, [pixels], Metadata())
        return path.stat().st_size


def _chosen(clips: list[list[Pixels]]) -> list[list[Pixels]]:
    """CLIPS of them, spread over all."""
    step = max(1, len(clips) // CLIPS)
    return clips[step // 2 :: step][:CLIPS]


def _even(clip: list[Pixels]) -> list[Pixels]:
    """Encoders take even sides only."""
    return [np.ascontiguousarray(frame[: len(frame) // 2 * 2, : frame.shape[1] // 2 * 2]) for frame in clip]
