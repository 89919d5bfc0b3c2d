"""Restore one video: segment by segment, each of which lasts, then put together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.errors import InputError, VerifyError
from sakuga.media.assembly import assemble, check_destination
from sakuga.media.codecs import Encoding
from sakuga.media.encoder import SegmentWriter
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.media.video import VideoFile
from sakuga.restore import stretches
from sakuga.restore.crew import Crew
from sakuga.restore.events import Count, OnCount, ignore
from sakuga.restore.pipeline import Stages, overlap
from sakuga.restore.stretches import Context, Stretches
from sakuga.restore.treatment import Treatment
from sakuga.restore.work import WorkFolder, mark_of, versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from sakuga.engine.engine import FrameEngine

_USUAL = Treatment()
_LOOK = 0.1
"""Seconds between two looks at what the crew has done."""
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


@dataclass(frozen=True, slots=True)
class _Restored:
    """One frame of the segment that begins with frame `first`; without a frame, its end."""

    first: int
    pixels: Pixels | None = None
    frame: VideoFrame | None = None


def restore_video(
    engine: FrameEngine,
    source: Path,
    destination: Path,
    encoding: Encoding,
    *,
    treatment: Treatment = _USUAL,
    crew: Crew | None = None,
    on_count: OnCount = ignore,
    on_note: Callable[[str], None] = lambda _: None,
) -> VideoOutcome:
    """Restore the video `source` into `destination`, whose suffix decides the container.

    Every other stream is copied, every timestamp kept. Finished segments stay in a work folder beside the
    destination until it is whole: the same call goes on from there, and `on_note` is told so. A `crew` helps.
    Raises InputError or OutputError, naming the file; `destination` appears only when it is whole.
    """
    check_destination(destination, source, encoding)
    with treatment.open(source) as video:
        return _Job(engine, video, destination, encoding, treatment, on_count).run(
            crew or Crew(None, 0), on_note
        )


def help_with(
    engine: FrameEngine,
    source: Path,
    destination: Path,
    encoding: Encoding,
    treatment: Treatment,
    on_count: OnCount,
) -> None:
    """Restore segments that nobody else has claimed of a video that another process restores."""
    with treatment.open(source) as video:
        _Job(engine, video, destination, encoding, treatment, on_count).help()


class _Job:
    def __init__(
        self,
        engine: FrameEngine,
        video: VideoFile,
        destination: Path,
        encoding: Encoding,
        treatment: Treatment,
        on_count: OnCount,
    ) -> None:
        self._engine, self._repaired = treatment.dressed(engine, video, encoding)
        self._video, self._treatment = video, treatment
        self._destination, self._encoding = destination, encoding
        self._size = self._engine.size(video.info.width, video.info.height)
        self._on_count = on_count
        self._stages = Stages()
        self._start = self._kept = self._done = 0

    def help(self) -> None:
        """Add segments to a work folder that another process keeps."""
        self._crew = Crew(None, 0)
        self._work = WorkFolder(self._destination, self._parts(), joining=True)
        self._settle()
        self._restore()

    def run(self, crew: Crew, on_note: Callable[[str], None]) -> VideoOutcome:
        """Make the whole file."""
        self._crew = crew
        self._work = work = WorkFolder(self._destination, self._parts())
        try:
            if work.told:
                on_note(work.told)
            self._settle()
            self._start = self._kept = self._done = work.ahead()
            with crew:
                self._restore()
                self._wait()
            work.gather()
            self._check()
            if work.ahead() < (self._video.decoded or 0):
                self._crew = Crew(None, 0)
                self._start = self._kept = self._done = work.ahead()
                self._restore()
            told = assemble(
                self._destination,
                self._video,
                self._size,
                self._encoding,
                work.ordered(),
                work.path,
                work.conclude,
            )
        except (InputError, VerifyError):
            work.remove()
            raise
        except BaseException:
            work.leave()
            raise
        frames = work.ahead()
        work.remove()
        return VideoOutcome(frames, (*self._video.warnings, *self._repaired, *told))

    def _parts(self) -> dict[str, str]:
        """What decides the result, in the words in which a change is told."""
        return {
            "the source": mark_of(self._video.path),
            "the model or its settings": self._engine.identity,
            "the encoding": f"{self._encoding} {self._size}",
            "a repair or control": f"{self._treatment} {self._repaired}",
            "the program": f"{versions()}, {stretches.RULES}",
        }

    def _settle(self) -> None:
        width, height = self._video.info.width, self._video.info.height
        self._engine.settle(width, height, self._work.tile(self._engine.tile(width, height)))

    def _restore(self) -> None:
        overlap(self._frames, self._network, self._encode, self._stages)

    def _wait(self) -> None:
        """Until the crew has ended, which may have begun its last segments after ours."""
        while self._crew.at_work:
            time.sleep(_LOOK)
            self._count(0)

    def _frames(self) -> Iterator[VideoFrame]:
        return self._video.frames(max(0, self._start - stretches.BEFORE))

    def _network(self, frames: Iterable[VideoFrame]) -> Iterator[_Restored]:
        cut = Stretches(frames, self._engine.window, self._start)
        for first in cut:
            if span := self._work.finished.get(first):
                cut.skip(span.count)
                self._kept += span.count
                self._count(span.count)
                continue
            if not self._work.claim(first):
                deque(cut.feed(), 0)
                continue
            for pixels, frame in _paired(self._engine, cut.feed()):
                yield _Restored(first, pixels, frame)
                self._count(1)
            yield _Restored(first)

    def _count(self, more: int) -> None:
        self._done += more
        total, done = self._video.info.frames or None, self._done + self._crew.done
        self._on_count(Count(done, total, "frames", self._stages.bottleneck, self._kept))

    def _encode(self, items: Iterable[_Restored]) -> None:
        items = iter(items)
        for item in items:
            self._write(item, items)
            self._work.add(item.first)

    def _write(self, item: _Restored, items: Iterator[_Restored]) -> None:
        """Write the segment that begins with `item`, up to its end."""
        path = self._work.segment(item.first)
        with SegmentWriter(
            path, item.first, self._video.info, self._size, self._encoding, self._destination
        ) as writer:
            while item.pixels is not None and item.frame is not None:
                writer.write(item.pixels, item.frame)
                item = next(items)

    def _check(self) -> None:
        if self._video.cut_off:
            raise InputError(f"{self._video.cut_off} {_CUT}")
        if not self._video.decoded:
            raise InputError(f"{self._video.path} holds no frame that can be decoded.")


def _paired(engine: FrameEngine, context: Iterable[Context]) -> Iterator[tuple[Pixels, VideoFrame]]:
    """Each own frame's result with it; only the frames that the engine looks ahead are held."""
    waiting: deque[Context] = deque()

    def pixels() -> Iterator[Pixels]:
        for each in context:
            waiting.append(each)
            yield each.frame.pixels

    for result in engine.clip(pixels()):
        given = waiting.popleft()
        if given.own:
            yield result, given.frame
    assert not waiting, "the engine gave fewer frames than it took"
