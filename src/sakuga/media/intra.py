"""The I pictures of a video, which need no other: the rest is left undecoded where that is safe."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast

import av
import av.error
from av.codec.context import Flags
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import PictureType
from av.video.stream import VideoStream

from sakuga.media.colour import ToRgb
from sakuga.media.container import clock, codec_of, main_video, opened, packets, promised_end
from sakuga.media.frames import Pixels
from sakuga.media.probe import VideoInfo
from sakuga.media.video import open_video

# fmt: off
_BY_TYPE = frozenset((
    "flv1", "h263", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v2", "msmpeg4v3", "theora", "wmv1", "wmv2",
))
# fmt: on
"""Decoders that leave out all but I pictures when asked for nothing but keyframes, and no sooner."""
_WANTS_REFERENCES = frozenset({"hevc"})
"""Decoders that refuse an I picture whose list of references names pictures that were left out."""
_FEW = 40
"""Pictures up to which seeking each is quicker than reading the file."""
_SHORT = 1.0

Discard = Literal["DEFAULT", "NONINTRA", "NONKEY"]


@dataclass(frozen=True, slots=True)
class IntraPicture:
    """One I picture, IDR or not; converted to RGB only if `pixels` is asked for."""

    pts: int
    """Its time on the file's own clock, in units of `time_base`."""
    time_base: Fraction
    size: int
    """Bytes in the file; 0 where it was not seen passing."""
    keyframe: bool
    """Whether decoding can begin here."""
    _frame: av.VideoFrame = field(repr=False)
    _to_rgb: ToRgb = field(repr=False)

    def pixels(self) -> Pixels:
        """Shape (H, W, 3), RGB, full range, at the size that is stored; uint16 from more than 8 bits."""
        return self._to_rgb(self._frame)


class IntraFile:
    """The I pictures of one video.

    They are those that a full decode calls I, to the bit: a decoder that is told to leave out all others
    decodes these alone. Two pictures in one frame (fields) may refer to each other, and a file without a
    clock needs its frames counted: both are decoded whole, which is as slow as it sounds.
    """

    def __init__(self, path: Path) -> None:
        """Raises InputError, naming `path`, where it cannot be opened or holds no video."""
        with open_video(path) as video:
            self.info: VideoInfo = video.info
        self.path = path
        self.warnings: list[str] = []
        """What could not be read, as sentences; complete when `pictures` has ended."""
        self._whole = self.info.interlaced

    def pictures(self) -> Iterator[IntraPicture]:
        """Each I picture once, as they leave the decoder: nearly, but not always, in the order of time.

        Damaged ones are left out and told in `warnings`. Hold none of them for long: the decoder waits.
        """
        self.warnings[:] = []
        given: set[int] = set()
        while True:
            reader = _Reader(self, "DEFAULT" if self._whole else self._discard)
            for picture in reader.pictures():
                if picture.pts not in given:
                    given.add(picture.pts)
                    yield picture
            if not reader.unsafe:
                return
            self._whole = True

    def at(self, times: Collection[int]) -> Iterator[IntraPicture]:
        """Those I pictures whose pts are `times`, each once, in any order; what is not there is left out."""
        left = set(times)
        if len(left) <= _FEW and not self._whole:
            yield from self._sought(left)
        for picture in self.pictures() if left else ():
            if picture.pts in left:
                left.remove(picture.pts)
                yield picture

    @property
    def _discard(self) -> Discard:
        return "NONKEY" if self.info.codec in _BY_TYPE else "NONINTRA"

    def _sought(self, left: set[int]) -> Iterator[IntraPicture]:
        """Those that seeking leads to, taken out of `left`."""
        reader = _Reader(self, self._discard)
        for found in reader.found(sorted(left)):
            left.remove(found.pts)
            yield found


class _Reader:
    """One pass through the file, or from several places on."""

    def __init__(self, file: IntraFile, way: Discard) -> None:
        info = file.info
        self._file = file
        self._way: Discard = way
        self._to_rgb = ToRgb(info.colour, info.width, info.height, info.depth)
        self._sizes: dict[int | None, int] = {}
        self._reached = 0.0
        self._damaged: list[float] = []
        self.unsafe = False
        """Whether it ended early as the pictures cannot be decoded alone."""

    def pictures(self) -> Iterator[IntraPicture]:
        """All from the beginning, with a word about damage at the end."""
        with opened(self._file.path) as container:
            stream = self._prepared(container, "AUTO" if self._way == "DEFAULT" else "SLICE")
            self._reached = (container.start_time or 0) / av.time_base
            for number, frame in enumerate(self._frames(container, stream)):
                if self._way != "DEFAULT" and (frame.pts is None or frame.interlaced_frame):
                    self.unsafe = True
                    return
                if frame.pict_type == PictureType.I and not self._is_damaged(stream, frame):
                    yield self._picture(frame, self._count(number) if frame.pts is None else frame.pts)
            self._conclude(container)

    def found(self, times: Iterable[int]) -> Iterator[IntraPicture]:
        """The pictures at those of `times` that seeking leads to."""
        with opened(self._file.path) as container:
            stream = self._prepared(container, "SLICE")
            for time in times:
                try:
                    container.seek(time, stream=stream, backward=True)
                except (av.error.FFmpegError, OSError):
                    return
                for frame in self._frames(container, stream, time):
                    if frame.pts is None or frame.interlaced_frame:
                        return
                    if frame.pts == time and frame.pict_type == PictureType.I:
                        if not self._is_damaged(stream, frame):
                            yield self._picture(frame, frame.pts)
                        break

    def _prepared(self, container: InputContainer, threads: Literal["AUTO", "SLICE"]) -> VideoStream:
        stream = main_video(container, self._file.path)
        stream.thread_type = threads
        stream.codec_context.skip_frame = self._way
        if self._way != "DEFAULT" and codec_of(stream) in _WANTS_REFERENCES:
            stream.codec_context.flags |= Flags.output_corrupt
        return stream

    def _frames(
        self, container: InputContainer, stream: VideoStream, target: int | None = None
    ) -> Iterator[av.VideoFrame]:
        flush = cast("Packet[VideoStream]", Packet())
        flush.stream = stream
        for packet in itertools.chain(self._packets(container, stream.index, target), (flush,)):
            try:
                yield from packet.decode()
            except (av.error.FFmpegError, ValueError):
                self._damaged.append(self._reached)

    def _packets(
        self, container: InputContainer, index: int, target: int | None
    ) -> Iterator[Packet[VideoStream]]:
        """The video's packets, up to the end or the last that can hold the target."""
        try:
            for packet in packets(container):
                stamp = packet.pts if packet.pts is not None else packet.dts
                if stamp is not None:
                    end = float((stamp + (packet.duration or 0)) * packet.time_base)
                    self._reached = max(self._reached, end)
                if packet.stream_index != index or not packet.size:
                    continue
                if target is not None and packet.dts is not None and packet.dts > target:
                    return
                self._sizes[stamp] = self._sizes.get(stamp, 0) + packet.size
                yield cast("Packet[VideoStream]", packet)
        except (av.error.FFmpegError, OSError):
            self._warn(f"cannot be read beyond {self._clock(self._reached)}")

    def _is_damaged(self, stream: VideoStream, frame: av.VideoFrame) -> bool:
        expected = bool(stream.codec_context.flags & Flags.output_corrupt) and not frame.key_frame
        if frame.is_corrupt and not expected:
            self._damaged.append(float((frame.pts or 0) * self._file.info.time_base))
            return True
        return False

    def _picture(self, frame: av.VideoFrame, pts: int) -> IntraPicture:
        size = self._sizes.get(frame.pts if frame.pts is not None else frame.dts, 0)
        if len(self._sizes) > 1000:
            self._sizes = {stamp: size for stamp, size in self._sizes.items() if (stamp or 0) >= pts}
        return IntraPicture(pts, self._file.info.time_base, size, frame.key_frame, frame, self._to_rgb)

    def _count(self, number: int) -> int:
        """The time of frame `number` of a file that tells none."""
        info = self._file.info
        return round(number / (info.rate * info.time_base))

    def _conclude(self, container: InputContainer) -> None:
        promised = promised_end(container)
        if not self._file.warnings and promised - self._reached > max(_SHORT, 0.02 * promised):
            end, due = self._clock(self._reached), self._clock(promised)
            self._warn(f"ends at {end}, but its header promises {due}")
        if self._damaged:
            count, when = len(self._damaged), self._clock(min(self._damaged))
            self._warn(f"is damaged in {count} place{'s' * (count > 1)}, first near {when}")

    def _clock(self, seconds: float) -> str:
        return clock(seconds - float(self._file.info.origin))

    def _warn(self, what: str) -> None:
        self._file.warnings.append(f"{self._file.path} {what}.")
