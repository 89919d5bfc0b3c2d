"""Runs of frames from places spread over a whole video: enough to judge it by, read in a second or two."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from sakuga.media.container import main_video, opened, pictures

PLACES = 10
"""Runs that are taken."""
LENGTH = 16
"""Frames of a run: three cycles of 3:2 pulldown."""


def runs(path: Path, places: int = PLACES, length: int = LENGTH) -> Iterator[list[av.VideoFrame]]:
    """Decoded frames in display order, `length` in a row, at `places` places; all frames of a short video.

    What cannot be sought or decoded gives fewer runs, at the least those from the beginning on.
    """
    with opened(path) as container:
        stream = main_video(container, path)
        stream.thread_type = "AUTO"
        start, duration = container.start_time or 0, container.duration or 0
        rate = stream.average_rate or stream.guessed_rate or 25
        if duration * rate / av.time_base < 2 * places * length:
            yield from _split(list(_decoded(container, stream, 2 * places * length)), length)
            return
        for place in range(places):
            if not _seek(container, start + duration * (2 * place + 1) // (2 * places)):
                return
            yield list(_decoded(container, stream, length))


def _split(frames: list[av.VideoFrame], length: int) -> Iterator[list[av.VideoFrame]]:
    """Runs that share one frame, so that no pair of neighbours is lost."""
    for begin in range(0, max(len(frames) - 1, 1), length - 1):
        yield frames[begin : begin + length]


def _decoded(container: InputContainer, stream: VideoStream, count: int) -> Iterator[av.VideoFrame]:
    try:
        yield from itertools.islice(pictures(container, stream), count)
    except (av.error.FFmpegError, OSError, ValueError):
        return


def _seek(container: InputContainer, microseconds: int) -> bool:
    try:
        container.seek(microseconds)
    except (av.error.FFmpegError, OSError, ValueError):
        return False
    return True
