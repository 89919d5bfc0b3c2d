"""Video files in: frames in display order, each with the time that the source gives it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from sakuga.errors import InputError
from sakuga.media.colour import Colour, ToRgb
from sakuga.media.container import clock, main_video, opened, packets, pictures, promised_end
from sakuga.media.deinterlace import deinterlaced
from sakuga.media.frames import VideoFrame
from sakuga.media.probe import VideoInfo, counted, probe, usual_step
from sakuga.media.pulldown import evened
from sakuga.media.scan import Deinterlace, Scan, scan_of
from sakuga.media.span import Span
from sakuga.media.timeline import Placed, Timeline, dated, is_untimed

__all__ = ["Colour", "Deinterlace", "VideoFile", "VideoInfo", "is_video", "open_video"]

# fmt: off
SUFFIXES = frozenset((
    ".3g2", ".3gp", ".amv", ".asf", ".avi", ".divx", ".dv", ".evo", ".f4v", ".flv", ".h264", ".h265",
    ".hevc", ".ivf", ".m1v", ".m2t", ".m2ts", ".m2v", ".m4v", ".mj2", ".mjpg", ".mk3d", ".mkv", ".mov",
    ".mp4", ".mpe", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".obu", ".ogm", ".ogv", ".qt", ".rm", ".rmvb",
    ".tp", ".trp", ".ts", ".vob", ".webm", ".wmv", ".wtv", ".y4m",
))
# fmt: on
"""Lower-case suffixes of files that hold video."""
WHOLE = Span()
_EARLIER = 1
"""Seconds before a span from which on it is decoded: pictures that refer to what is not read are left out."""
_SHORT = 1.0
_INTERLACED = (
    "{} is flagged as interlaced: a picture may hold two moments, so that moving edges are combed;"
    " deinterlace it first if they are."
)


def is_video(path: Path) -> bool:
    """Whether the suffix is one of a video's; the file itself is not looked at."""
    return path.suffix.lower() in SUFFIXES


def open_video(path: Path, deinterlace: Deinterlace | None = None, span: Span = WHOLE) -> VideoFile:
    """Open a video and decode its first frame.

    deinterlace: look at pictures all over the video, and make whole while reading what is woven of two
    moments (`auto`), do as told, or only say so (`off`); None trusts the flags and changes nothing.
    span: the part that is read.
    Raises InputError, naming `path`, where there is no file, no permission, or no video that can be decoded:
    text named .mp4, an empty file, an MP4 whose index was never written.
    """
    with opened(path) as container:
        stream = main_video(container, path)
        try:
            frames = _Decoder(container, stream, path, []).frames()
            times = dated(frames, usual_step(stream), is_untimed(container, stream))
            first, begin = next(times, (None, None))
            if first is None:
                raise InputError(f"{path} holds a video stream, but no frame of it can be decoded.")
            info = probe(path, container, stream, first, begin or 0)
        except InputError as error:
            if str(path) in str(error):
                raise
            raise InputError(f"{path} cannot be used: {error}.") from error
    if deinterlace is None:
        scan = Scan(sentence=_INTERLACED.format(path) if info.interlaced else "")
    else:
        scan = scan_of(path, info, deinterlace)
    return VideoFile(path, info, scan, span)


class VideoFile:
    """One video; `frames()` may be called again and again, each call reads the file from its beginning."""

    def __init__(self, path: Path, stored: VideoInfo, scan: Scan, span: Span) -> None:
        self.path = path
        self.span = span
        self.info = _cut(scan.info(stored), span)
        """The video as `frames()` gives it."""
        self._stored = stored
        self._scan = scan
        self.warnings: list[str] = []
        """What could not be read or looks odd, as sentences; complete once `frames()` has run to its end."""
        self.cut_off: str | None = None
        """The one of `warnings` that says that the end is missing; known when `frames()` has ended."""
        self.decoded: int | None = None
        """Number of frames that the last complete run of `frames()` gave; None before."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open between calls of `frames()`."""

    def frames(self, first: int = 0) -> Iterator[VideoFrame]:
        """All frames in display order from number `first` on, RGB, pts and time base as in the source.

        Damaged places are skipped and told in `warnings`. Raises InputError where time jumps.
        """
        self.warnings[:] = [self._scan.sentence] if self._scan.sentence else []
        self.cut_off = self.decoded = None
        info, count = self.info, 0
        to_rgb = ToRgb(info.colour, info.width, info.height, info.depth)
        begin = info.origin
        end = None if self.span.length is None else begin + self.span.length
        with opened(self.path) as container:
            stream = main_video(container, self.path)
            decoder = _Decoder(container, stream, self.path, self.warnings, self._sought(container))
            for placed in self._whole(decoder.frames(), is_untimed(container, stream)):
                time = placed.pts * info.time_base
                if end is not None and time >= end:
                    break
                if time >= begin or not self.span.start:
                    count += 1
                    if count > first:
                        yield VideoFrame(to_rgb(placed.frame), placed.pts, info.time_base, placed.duration)
            decoder.tell_damage()
        if not count and not self.span.whole:
            raise InputError(f"{self.path} has no frame between --start and --end.")
        self.cut_off, self.decoded = decoder.cut_off, count

    def _sought(self, container: InputContainer) -> float | None:
        """Go near the start of the span, if there is one and the file allows it; when damage matters."""
        if not self.span.start:
            return None
        wanted = int((self.info.origin - _EARLIER) * av.time_base)
        if self._can_seek(wanted):
            container.seek(wanted)
        return float(self.info.origin)

    def _can_seek(self, microseconds: int) -> bool:
        """Whether seeking leads to a frame that is not too late, as broadcasts do not promise."""
        with contextlib.suppress(av.error.FFmpegError, OSError, ValueError), opened(self.path) as trial:
            trial.seek(microseconds)
            first = next(pictures(trial, main_video(trial, self.path)), None)
            return (
                first is not None
                and first.pts is not None
                and (first.pts * self._stored.time_base * av.time_base <= microseconds)
            )
        return False

    def _whole(self, frames: Iterator[av.VideoFrame], untimed: bool) -> Iterator[Placed]:
        """Each picture at its time, whole where the scan says how."""
        stored, scan = self._stored, self._scan
        usual = max(1, round(1 / (stored.rate * stored.time_base)))
        placed = Timeline(self.path, stored.time_base, usual, untimed).placed(frames)
        if scan.evens:
            placed = evened(placed, stored.time_base)
        if scan.way is None:
            return placed
        return deinterlaced(placed, scan.way, scan.parity, stored.rate, usual)


def _cut(info: VideoInfo, span: Span) -> VideoInfo:
    """`info` of that part of the video."""
    if span.whole:
        return info
    length = span.within(info.duration)
    frames = min(info.frames, round(length * info.rate))
    return replace(info, origin=info.origin + span.start, duration=length, frames=frames)


class _Decoder:
    """Decoded frames of one stream, with a note of everything that went wrong."""

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        path: Path,
        warnings: list[str],
        begin: float | None = None,
    ) -> None:
        """begin: where damage begins to matter, in seconds on the file's clock, if only a part is read."""
        stream.thread_type = "AUTO"
        self._container = container
        self._stream = stream
        self._path = path
        self._warnings = warnings
        self.cut_off: str | None = None
        self._start = (container.start_time or 0) / av.time_base
        self._begin = begin
        self._damaged: list[float] = []
        self._reached = self._start
        self._given = 0
        self._discarded = 0

    def frames(self) -> Iterator[av.VideoFrame]:
        for packet in self._packets():
            self._reached = max(self._reached, _end(packet))
            if packet.stream_index == self._stream.index:
                self._discarded += packet.is_discard
                yield from self._decode(packet)
        flush = Packet()
        flush.stream = self._stream
        yield from self._decode(flush)
        self._conclude()

    def _packets(self) -> Iterator[Packet[Stream]]:
        """Packets up to the end of the file, or to the point where it can be read no further."""
        try:
            yield from packets(self._container)
        except (av.error.FFmpegError, OSError):
            self._cut(f"cannot be read beyond {self._clock(self._reached)}")

    def _decode(self, packet: Packet[Stream]) -> Iterator[av.VideoFrame]:
        try:
            decoded = cast("Packet[VideoStream]", packet).decode()
        except (av.error.FFmpegError, ValueError):
            self._damaged.append(self._reached)
            return
        for frame in decoded:
            if frame.is_corrupt:
                self._damaged.append(self._reached)
            self._given += 1
            yield frame

    def tell_damage(self) -> None:
        """Warn of damage; to be called once, after the last frame that is wanted."""
        damaged = [when for when in self._damaged if self._begin is None or when >= self._begin]
        if damaged:
            count, when = len(damaged), self._clock(damaged[0])
            self._warn(f"is damaged in {count} place{'s' * (count > 1)}, first near {when}")

    def _conclude(self) -> None:
        promised = promised_end(self._container)
        missing = counted(self._container, self._stream) - self._discarded - self._given - len(self._damaged)
        if not self.cut_off and promised - self._reached > max(_SHORT, 0.02 * promised):
            end, due = self._clock(self._reached), self._clock(promised)
            self._cut(f"ends at {end}, but its header promises {due}")
        elif not self.cut_off and self._begin is None and missing > max(2, self._stream.frames // 100):
            self._cut(f"lacks {missing} of the {self._stream.frames} frames that its header promises")

    def _clock(self, seconds: float) -> str:
        return clock(seconds - self._start)

    def _cut(self, what: str) -> None:
        self._warn(what)
        self.cut_off = self._warnings[-1]

    def _warn(self, what: str) -> None:
        self._warnings.append(f"{self._path} {what}.")


def _end(packet: Packet[Stream]) -> float:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return 0.0 if stamp is None else float((stamp + (packet.duration or 0)) * packet.time_base)
