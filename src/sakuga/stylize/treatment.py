"""What is done to a video beside the network: its part, bars and fields, and what holds frames together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.engine.deep import deep_enough
from sakuga.engine.finished import Finish, Finished
from sakuga.engine.letterbox import Letterboxed
from sakuga.errors import InputError
from sakuga.media.bars import bars_of
from sakuga.media.codecs import Encoding
from sakuga.media.span import Span
from sakuga.media.video import Deinterlace, VideoFile, open_video
from sakuga.stylize.coherence import USUAL, Coherent

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

MOST = 0.9
"""Of coherence: with more, a frame would show what a border between two segments has forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How videos are stylized; raises InputError where a value cannot be."""

    coherence: float = USUAL
    """Share of the last frame, moved to where it went, in each; 0..MOST."""
    deinterlace: Deinterlace = "auto"
    """Whether fields are looked for and put together."""
    letterbox: bool = True
    """Whether black bars are kept from the network, which would take them for part of the scene."""
    span: Span = Span()  # noqa: RUF009
    """The part of a video that is stylized."""
    finish: Finish | None = field(default=None, repr=False)
    """The last step of every frame."""
    control: str = ""
    """All that decides `finish`, in words: with others a stopped job begins anew."""

    def __post_init__(self) -> None:
        if not 0 <= self.coherence <= MOST:
            raise InputError(f"--coherence is {self.coherence:g}; it is a number from 0 to {MOST:g}.")

    @property
    def by_shot(self) -> bool:
        """Yes: the network's statistics are those of a shot."""
        return True

    def open(self, source: Path) -> VideoFile:
        """The video `source`, whole pictures of the chosen part."""
        return open_video(source, self.deinterlace, self.span)

    def dressed(
        self, engine: FrameEngine, video: VideoFile, encoding: Encoding
    ) -> tuple[FrameEngine, tuple[str, ...]]:
        """`engine` with all that `video` needs around it, and sentences about that."""
        told = list[str]()
        if self.finish is not None:
            engine = Finished(engine, self.finish)
        if self.coherence:
            engine = Coherent(engine, self.coherence)
        if self.letterbox and (bars := bars_of(video.path, video.info)):
            engine = Letterboxed(engine, bars)
            told.append(f"{video.path} has black bars ({bars.sentence}), which stay black.")
        return deep_enough(engine, video.info, encoding), tuple(told)
