"""Excerpts of a video: a few frames in a row from many places, without decoding the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from sakuga.media.colour import ToRgb
from sakuga.media.container import main_video, opened, packets
from sakuga.media.frames import VideoFrame
from sakuga.media.probe import VideoInfo
from sakuga.media.video import VideoFile

PATIENCE = 300
"""Frames that are decoded between a keyframe and the place that was asked for, at most."""


@dataclass(slots=True)
class Weight:
    """Bytes that passed while excerpts were read: how a file divides between pictures and the rest."""

    video: int = 0
    others: int = 0
    seen: set[tuple[int, int | None]] = field(default_factory=set[tuple[int, int | None]])

    def add(self, packet: Packet[Stream], *, video: bool) -> None:
        """Count a packet once, however often it is read."""
        key = packet.stream_index, packet.dts
        if key in self.seen:
            return
        self.seen.add(key)
        if video:
            self.video += packet.size
        else:
            self.others += packet.size


def come_whole(info: VideoInfo, places: int, length: int) -> bool:
    """Whether a video holds no more than these excerpts would, or does not tell how long it is."""
    return not info.duration or not info.frames or info.frames <= places * length


def excerpts(
    video: VideoFile, places: int, length: int, weight: Weight | None = None
) -> Iterator[Iterator[VideoFrame]]:
    """`length` frames in a row from each of `places` places spread over `video`, in order.

    Where they `come_whole`, there is one excerpt from the beginning, of places * length frames at most.
    Each is decoded while it is iterated over, before the next is asked for, so that no more than one frame
    is held here. Damaged places are left out or short. Frames are as `VideoFile.frames` gives them.
    """
    info, weight = video.info, weight or Weight()
    to_rgb = ToRgb(info.colour, info.width, info.height, info.depth)

    def frames(decoded: Iterator[av.VideoFrame]) -> Iterator[VideoFrame]:
        for it in decoded:
            tick = it.time_base or info.time_base
            yield VideoFrame(to_rgb(it), it.pts or 0, tick, it.duration or 0)

    with opened(video.path) as container:
        stream = main_video(container, video.path)
        stream.thread_type = "AUTO"
        if come_whole(info, places, length):
            yield frames(_taken(container, stream, None, places * length, weight))
            return
        start = float((stream.start_time or 0) * (stream.time_base or 0))
        for index in range(places):
            time = start + info.duration * (index + 0.5) / places - length / 2 / float(info.rate)
            yield frames(_excerpt(container, stream, max(time, start), length, weight))


def _excerpt(
    container: InputContainer, stream: VideoStream, time: float, length: int, weight: Weight
) -> Iterator[av.VideoFrame]:
    assert stream.time_base is not None, "a stream with a duration has a clock"
    target = round(time / stream.time_base)
    try:
        container.seek(target, stream=stream, backward=True)
    except (av.error.FFmpegError, OSError):
        return
    yield from _taken(container, stream, target, length, weight)


def _taken(
    container: InputContainer, stream: VideoStream, target: int | None, length: int, weight: Weight
) -> Iterator[av.VideoFrame]:
    """The first `length` frames at or after `target`, or PATIENCE frames after where the seek arrived."""
    taken = 0
    for passed, frame in enumerate(_decoded(container, stream, weight)):
        if target is None or (frame.pts or 0) >= target or passed >= PATIENCE:
            yield frame
            taken += 1
        if taken == length:
            return


def _decoded(container: InputContainer, stream: VideoStream, weight: Weight) -> Iterator[av.VideoFrame]:
    try:
        for packet in packets(container):
            weight.add(packet, video=packet.stream_index == stream.index)
            if packet.stream_index == stream.index:
                yield from _frames(cast("Packet[VideoStream]", packet))
        flush = cast("Packet[VideoStream]", Packet())
        flush.stream = stream
        yield from _frames(flush)
    except (av.error.FFmpegError, OSError):
        return


def _frames(packet: Packet[VideoStream]) -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except (av.error.FFmpegError, ValueError):
        return []
