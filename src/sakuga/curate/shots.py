"""Look at all frames of one video: where its shots begin, and how each frame moves, and what is on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from sakuga.engine.cuts import CutDetector
from sakuga.errors import InputError
from sakuga.media.frames import VideoFrame
from sakuga.media.probe import VideoInfo
from sakuga.media.small import small_frames
from sakuga.media.video import open_video
from sakuga.metrics.complexity import complexity
from sakuga.metrics.flatness import FLAT, flatness
from sakuga.metrics.luma import SMALL, small
from sakuga.metrics.motion import MotionMeter

EVERY = 10
"""Frames from one whose complexity is measured to the next."""


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """Of one frame."""

    pts: int
    begins: bool
    """Whether a shot begins with it."""
    flat: bool
    """Whether it is black or of one shade."""
    mean: float
    peak: float
    """Motion since the frame before, in pixels of the stored picture; 0 where a shot begins."""
    complexity: float | None
    """None of frames between those that are measured."""


@dataclass(frozen=True, slots=True)
class Reel:
    """What is known of all frames of a video, in display order."""

    width: int
    height: int
    time_base: Fraction
    origin: Fraction
    """Seconds on the file's clock at which its film begins."""
    frames: tuple[FrameFacts, ...]

    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frames)

    def shots(self) -> list[range]:
        """The frames of each shot, the last one among them."""
        begins = [index for index, frame in enumerate(self.frames) if frame.begins or not index]
        return [range(a, b) for a, b in zip(begins, [*begins[1:], len(self.frames)], strict=True)]

    def time(self, index: int) -> float:
        """When a frame is shown, in seconds from the beginning."""
        return round(float(self.frames[index].pts * self.time_base - self.origin), 6)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` takes them."""
        names = ("width", "height")
        return {name: getattr(self, name) for name in names} | {
            "time_base": str(self.time_base),
            "origin": str(self.origin),
            "frames": [_listed(frame) for frame in self.frames],
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Reel:
        """Raises KeyError, TypeError or ValueError for what `to_json` does not give."""
        return cls(
            width=told["width"],
            height=told["height"],
            time_base=Fraction(told["time_base"]),
            origin=Fraction(told["origin"]),
            frames=tuple(FrameFacts(*each) for each in told["frames"]),
        )


def _listed(frame: FrameFacts) -> Sequence[Any]:
    return frame.pts, frame.begins, frame.flat, frame.mean, frame.peak, frame.complexity


def reel(path: Path) -> Reel:
    """Decode the video at `path` once. Raises InputError where it cannot be read."""
    with open_video(path) as video:
        info = video.info
    look = _Look(info)
    frames = tuple(look(frame) for frame in small_frames(path, info, SMALL))
    if not frames:
        raise InputError(f"{path} holds no frame that can be decoded.")
    return Reel(info.width, info.height, info.time_base, info.origin, frames)


class _Look:
    """What is measured of frames that pass by."""

    def __init__(self, info: VideoInfo) -> None:
        self._cut, self._motion, self._count = CutDetector(), MotionMeter(info.height), 0

    def __call__(self, frame: VideoFrame) -> FrameFacts:
        picture = small(frame.pixels)
        begins, moved = self._cut(frame.pixels), self._motion(picture)
        busy = None if self._count % EVERY else round(complexity(picture), 4)
        self._count += 1
        mean, peak = (0.0, 0.0) if begins else (round(moved.mean, 3), round(moved.peak, 3))
        return FrameFacts(frame.pts, begins, flatness(picture) >= FLAT, mean, peak, busy)
