"""What is done to a source beside the network: repair before it, control over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.engine.deep import deep_enough
from sakuga.engine.letterbox import Letterboxed
from sakuga.errors import InputError
from sakuga.media.bars import bars_of
from sakuga.media.codecs import Encoding
from sakuga.media.span import Span
from sakuga.media.video import Deinterlace, VideoFile, open_video
from sakuga.restore.grain import Grained
from sakuga.restore.square import Squared
from sakuga.restore.strength import Blended

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How sources are repaired and results controlled; raises InputError where a value cannot be."""

    deinterlace: Deinterlace = "auto"
    """Whether fields are looked for and put together."""
    letterbox: bool = True
    """Whether black bars are kept from the network."""
    square_pixels: bool = False
    """Whether videos with oblong samples get square ones."""
    strength: float = 1.0
    """Share of the network's result, the rest is a plain resample; 0..1."""
    keep_grain: bool = False
    """Whether fine noise that the network removed is added again."""
    span: Span = Span()  # noqa: RUF009
    """The part of a video that is restored."""

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise InputError(f"--strength is {self.strength:g}; it is a number from 0 to 1.")

    @property
    def by_shot(self) -> bool:
        """No: the engine finds the cuts, and a border may be anywhere."""
        return False

    def open(self, source: Path) -> VideoFile:
        """The video `source`, whole pictures of the chosen part."""
        return open_video(source, self.deinterlace, self.span)

    def controlled(self, engine: FrameEngine) -> FrameEngine:
        """`engine` at the chosen strength and with the grain kept, for a picture or a video."""
        if self.strength < 1:
            engine = Blended(engine, self.strength)
        return Grained(engine) if self.keep_grain else engine

    def dressed(
        self, engine: FrameEngine, video: VideoFile, encoding: Encoding
    ) -> tuple[FrameEngine, tuple[str, ...]]:
        """`engine` with all that `video` needs around it, and sentences about that.

        To be called once; samples that it makes square are square from then on in what `video` tells.
        """
        info, told = video.info, list[str]()
        if self.letterbox and (bars := bars_of(video.path, info)):
            engine = Letterboxed(engine, bars)
            told.append(
                f"{video.path} has black bars ({bars.sentence}); the picture between them is restored."
            )
        if self.square_pixels and info.sar != 1:
            engine = Squared(engine, info.sar)
            video.info = replace(info, sar=Fraction(1))
        return deep_enough(self.controlled(engine), info, encoding), tuple(told)
