"""Restore one video: segment by segment, each of which lasts, then put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sakuga.errors import InputError
from sakuga.media.assembly import assemble, check_destination
from sakuga.media.codecs import Encoding
from sakuga.media.events import OnCount, ignore
from sakuga.media.video import VideoFile
from sakuga.restore.maker import Maker
from sakuga.restore.progress import Progress
from sakuga.restore.reel import Reel
from sakuga.restore.treatment import Treatment
from sakuga.restore.work import WorkFolder

if TYPE_CHECKING:
    from collections.abc import Callable

    from sakuga.engine.frame_engine import FrameEngine

_USUAL = Treatment()
_CUT = (
    "Nothing was written: get the whole file, or let `ffmpeg -i cut.mp4 -c copy part.mp4` make a film of what"
    " there is."
)


class Hands(Protocol):
    """Whoever restores the segments of a video."""

    def make(self, reel: Reel, work: WorkFolder, progress: Progress) -> None:
        """Add every segment to `work` that it lacks, which takes reading the source to its end."""
        ...


@dataclass(frozen=True, slots=True)
class VideoOutcome:
    """What became of a video."""

    frames: int
    warnings: tuple[str, ...]
    """Sentences: what was odd in the source, and which streams the container could not take over."""


def restore_video(
    engine: FrameEngine,
    source: Path,
    destination: Path,
    encoding: Encoding,
    *,
    treatment: Treatment = _USUAL,
    hands: Hands | None = None,
    on_count: OnCount = ignore,
    on_note: Callable[[str], None] = lambda _: None,
) -> VideoOutcome:
    """Restore the video `source` into `destination`, whose suffix decides the container.

    Every other stream is copied, every timestamp kept. Finished segments stay in a work folder beside the
    destination until it is whole: the same call goes on from there, and `on_note` is told so. Without `hands`
    this process makes them alone.
    Raises InputError or OutputError, naming the file; `destination` appears only when it is whole.
    """
    check_destination(destination, source, encoding)
    with treatment.open(source) as video:
        reel = Reel(engine, video, destination, encoding, treatment)
        with WorkFolder(destination, reel.parts()) as work:
            if work.told:
                on_note(work.told)
            reel.settle(work.settled(reel.planned()))
            (hands or Maker()).make(reel, work, Progress(video.info.frames or None, on_count))
            _check(video)
            told = assemble(
                destination, video, reel.size, reel.encoding, work.ordered(), work.path, work.conclude
            )
            return VideoOutcome(work.ahead(), (*video.warnings, *reel.told, *told))


def _check(video: VideoFile) -> None:
    if video.cut_off:
        raise InputError(f"{video.cut_off} {_CUT}")
    if not video.decoded:
        raise InputError(f"{video.path} holds no frame that can be decoded.")
