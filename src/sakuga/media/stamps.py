"""All frames of a video with their times, and those of given times: others are decoded, but not converted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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


def stamped(path: Path, info: VideoInfo) -> Iterator[tuple[av.VideoFrame, int]]:
    """Each frame of the video at `path` in display order, as it is stored, and its pts.

    They are as many as `VideoFile.frames` gives. What cannot be decoded is passed over in silence. Raises
    InputError where the file cannot be opened.
    """
    usual = max(1, round(1 / (info.rate * info.time_base)))
    pts = -usual
    with opened(path) as container:
        stream = main_video(container, path)
        stream.thread_type = "AUTO"
        for frame in _decoded(container, stream):
            told = frame.pts if frame.pts is not None else frame.dts
            pts = told if told is not None else pts + usual
            yield frame, pts


def frames_at(path: Path, info: VideoInfo, times: Collection[int]) -> Iterator[VideoFrame]:
    """The frames whose pts, as `stamped` gives them, are `times`, each once; what is not there is left out.

    (H, W, 3) at the size that is stored, uint16 from more than 8 bits, in display order. Nothing is decoded
    after the last one.
    """
    to_rgb = ToRgb(info.colour, info.width, info.height, info.depth)
    left = set(times)
    for frame, pts in stamped(path, info) if left else ():
        if pts in left:
            left.remove(pts)
            yield VideoFrame(to_rgb(frame), pts, info.time_base, frame.duration or 0)
        if not left:
            return


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
