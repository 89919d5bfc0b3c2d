"""All frames of a video, small: scaled while they are converted, which costs a fraction of whole ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from sakuga.media.colour import ToRgb
from sakuga.media.frames import VideoFrame
from sakuga.media.probe import VideoInfo
from sakuga.media.stamps import stamped


def small_frames(path: Path, info: VideoInfo, rows: int) -> Iterator[VideoFrame]:
    """Each frame of the video at `path` in display order, (rows, W, 3) uint8 in its own shape, pts as stored.

    They are as many as `VideoFile.frames` gives; a video with fewer rows keeps its own. What cannot be
    decoded is passed over in silence. Raises InputError where the file cannot be opened.
    """
    height = min(rows, info.height)
    to_rgb = ToRgb(info.colour, max(1, round(info.width * height / info.height)), height, 8)
    for frame, pts in stamped(path, info):
        yield VideoFrame(to_rgb(frame), pts, info.time_base, frame.duration or 0)


def seconds(frame: VideoFrame, origin: Fraction) -> float:
    """When it is shown, from the beginning of the film."""
    return float(frame.pts * frame.time_base - origin)
