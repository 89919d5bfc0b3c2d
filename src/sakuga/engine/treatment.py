"""What a journey has done to a video beside the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sakuga.media.codecs import Encoding
from sakuga.media.video import VideoFile

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


class Treatment(Protocol):
    """Repair before the network, control over it; equal treatments have equal words (`str`)."""

    @property
    def by_shot(self) -> bool:
        """Whether the network takes one shot at a time, and its first frame for all of it."""
        ...

    def open(self, source: Path) -> VideoFile:
        """The video `source`, whole pictures of the chosen part."""
        ...

    def dressed(
        self, engine: FrameEngine, video: VideoFile, encoding: Encoding
    ) -> tuple[FrameEngine, tuple[str, ...]]:
        """`engine` with all that `video` needs around it, and sentences about that; to be called once."""
        ...
