"""Restore one video: decode, network and encode at once, each frame at its own time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.errors import InputError
from sakuga.media.encoder import Encoding, create_video
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.restore.events import Count, OnCount, ignore
from sakuga.restore.pipeline import Stages, overlap
from sakuga.restore.treatment import Treatment

if TYPE_CHECKING:
    from sakuga.engine.engine import FrameEngine

_USUAL = Treatment()
_CUT = (
    "Nothing was written: get the whole file, or let `ffmpeg -i cut.mp4 -c copy part.mp4` make a film of what"
    " there is."
)


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
    on_count: OnCount = ignore,
) -> VideoOutcome:
    """Restore the video `source` into `destination`, whose suffix decides the container.

    Every other stream is copied, every timestamp kept. Raises InputError or OutputError, naming the file;
    `destination` appears only when it is whole.
    """
    stages = Stages()
    done = 0
    told: list[str] = []
    with treatment.open(source) as video:
        engine, repaired = treatment.dressed(engine, video, encoding)
        width, height = engine.size(video.info.width, video.info.height)

        def network(frames: Iterable[VideoFrame]) -> Iterator[tuple[Pixels, VideoFrame]]:
            nonlocal done
            for pair in _paired(engine, frames):
                yield pair
                done += 1
                on_count(Count(done, video.info.frames or None, "frames", stages.bottleneck))

        def encode(pairs: Iterable[tuple[Pixels, VideoFrame]]) -> None:
            with create_video(destination, video, width, height, encoding) as writer:
                for pixels, frame in pairs:
                    writer.write(pixels, frame)
                if video.cut_off:
                    raise InputError(f"{video.cut_off} {_CUT}")
            told.extend((*writer.dropped, *writer.notes))

        overlap(video.frames, network, encode, stages)
        if not done:
            raise InputError(f"{source} holds no frame that can be decoded.")
        return VideoOutcome(done, (*video.warnings, *repaired, *told))


def _paired(engine: FrameEngine, frames: Iterable[VideoFrame]) -> Iterator[tuple[Pixels, VideoFrame]]:
    """Each result with the frame that it came from; only the frames that the engine looks ahead are held."""
    waiting: deque[VideoFrame] = deque()

    def pixels() -> Iterator[Pixels]:
        for frame in frames:
            waiting.append(frame)
            yield frame.pixels

    for result in engine.clip(pixels()):
        yield result, waiting.popleft()
    assert not waiting, "the engine gave fewer frames than it took"
