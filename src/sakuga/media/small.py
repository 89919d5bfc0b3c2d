"""All frames of a video, small: scaled while they are converted, which costs a fraction of whole ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from sakuga.media.colour import ToRgb
from sakuga.media.container import main_video, opened, packets
from sakuga.media.frames import VideoFrame
from sakuga.media.probe import VideoInfo


def small_frames(path: Path, info: VideoInfo, rows: int) -> Iterator[VideoFrame]:
    """Each frame of the video at `path` in display order, (rows, W, 3) uint8 in its own shape, pts as stored.

    They are as many as `VideoFile.frames` gives; a video with fewer rows keeps its own. What cannot be
    decoded is passed over in silence. Raises InputError where the file cannot be opened.
    """
    height = min(rows, info.height)
    to_rgb = ToRgb(info.colour, max(1, round(info.width * height / info.height)), height, 8)
    usual = max(1, round(1 / (info.rate * info.time_base)))
    pts = -usual
    with opened(path) as container:
        stream = main_video(container, path)
        stream.thread_type = "AUTO"
        for frame in _decoded(container, stream):
            told = frame.pts if frame.pts is not None else frame.dts
            pts = told if told is not None else pts + usual
            yield VideoFrame(to_rgb(frame), pts, info.time_base, frame.duration or 0)


def seconds(frame: VideoFrame, origin: Fraction) -> float:
    """When it is shown, from the beginning of the film."""
    return float(frame.pts * frame.time_base - origin)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    try:
        for packet in packets(container):
            if packet.stream_index == stream.index:
                yield from _frames(cast("Packet[VideoStream]", packet))
    except (av.error.FFmpegError, OSError):
        pass
    flush = cast("Packet[VideoStream]", Packet())
    flush.stream = stream
    yield from _frames(flush)


def _frames(packet: Packet[VideoStream]) -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except (av.error.FFmpegError, ValueError):
        return []
