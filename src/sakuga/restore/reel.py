"""One video made ready: the source as it is read, the engine dressed for it, and how segments are written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.media import repeatable
from sakuga.media.codecs import Encoding
from sakuga.media.encoder import SegmentWriter
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.media.video import VideoFile
from sakuga.restore import stretches
from sakuga.restore.stretches import Context
from sakuga.restore.treatment import Treatment
from sakuga.restore.work import Settled, mark_of, versions

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine


@dataclass(frozen=True, slots=True)
class Restored:
    """One frame of the segment that begins with frame `first`; without a frame, its end."""

    first: int
    pixels: Pixels | None = None
    frame: VideoFrame | None = None


class Reel:
    """What every process has to agree on that restores segments of one video."""

    def __init__(
        self,
        engine: FrameEngine,
        video: VideoFile,
        destination: Path,
        encoding: Encoding,
        treatment: Treatment,
    ) -> None:
        self.engine, self.told = treatment.dressed(engine, video, encoding)
        self.video, self.destination, self.encoding = video, destination, encoding
        self.size = self.engine.size(video.info.width, video.info.height)
        self.settled: Settled | None = None
        """What was chosen; None before that."""
        self._treatment = treatment

    def parts(self) -> dict[str, str]:
        """What decides the result, in the words in which a change is told."""
        return {
            "the source": mark_of(self.video.path),
            "the model or its settings": self.engine.identity,
            "the encoding": f"{replace(self.encoding, cores=None)} {self.size}",
            "a repair or control": f"{self._treatment} {self._told()}",
            "the program": f"{versions()}, {stretches.RULES}",
        }

    def _told(self) -> tuple[str, ...]:
        """The same whatever folder the source is named from."""
        return tuple(line.replace(str(self.video.path), self.video.path.name) for line in self.told)

    def planned(self) -> Settled:
        """What this machine would choose."""
        return Settled(self.engine.tile(self._width, self._height), repeatable.cores())

    def settle(self, settled: Settled) -> None:
        """Do as was chosen."""
        self.settled = settled
        self.engine.settle(self._width, self._height, settled.tile)
        self.encoding = replace(self.encoding, cores=settled.cores)

    def restored(self, first: int, context: Iterable[Context]) -> Iterator[Restored]:
        """The segment that begins with frame `first`, and its end."""
        for pixels, frame in _paired(self.engine, context):
            yield Restored(first, pixels, frame)
        yield Restored(first)

    def write(self, path: Path, item: Restored, items: Iterator[Restored]) -> None:
        """Write the segment that begins with `item` to `path`, up to its end."""
        with SegmentWriter(
            path, item.first, self.video.info, self.size, self.encoding, self.destination
        ) as writer:
            while item.pixels is not None and item.frame is not None:
                writer.write(item.pixels, item.frame)
                item = next(items)

    @property
    def _width(self) -> int:
        return self.video.info.width

    @property
    def _height(self) -> int:
        return self.video.info.height


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
