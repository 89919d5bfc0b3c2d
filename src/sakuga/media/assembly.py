"""Segments to the final file: their packets, every other stream copied beside them, the whole verified."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sakuga.errors import InputError, OutputError, VerifyError
from sakuga.media import marks, matroska
from sakuga.media.atomic import replacing
from sakuga.media.codecs import CODECS, Encoding, muxer_for
from sakuga.media.container import address, main_video, opened, typed
from sakuga.media.encoder import VideoTrack, close, refusing
from sakuga.media.probe import VideoInfo
from sakuga.media.segment import entries, payloads
from sakuga.media.streams import StreamCopy, copy_header, describe_alike
from sakuga.media.verify import Tally, verify
from sakuga.media.video import VideoFile

_EBML = frozenset({"matroska", "webm"})
_QUICKTIME = frozenset({"mp4", "mov"})
_CLOCK_LIMIT, _USUAL_CLOCK = 1 << 31, 90_000


def check_destination(path: Path, source: Path, encoding: Encoding) -> None:
    """Raise InputError where `path` is the source itself or names no container that holds the codec."""
    if path.exists() and path.samefile(source):
        raise InputError(f"{path} is the source itself; choose another --out.")
    muxer_for(path, encoding)


def assemble(
    path: Path,
    source: VideoFile,
    size: tuple[int, int],
    encoding: Encoding,
    segments: Sequence[Path],
    folder: Path | None = None,
    on_whole: Callable[[], None] = lambda: None,
) -> list[str]:
    """Make `path` what `source` is, with the pictures of (width, height) `size` that `segments` hold.

    Nothing is encoded again, and equal segments give an equal file. It is verified against the source and
    appears under its name only when it is whole, right after `on_whole`; until then it is in `folder`.
    Returns sentences on what it holds in another way than the source, or not at all. Raises OutputError where
    the disk refuses, VerifyError where the file does not hold what it should.
    """
    return _Assembly(path, source, size, encoding).run(segments, folder, on_whole)


class _Assembly:
    def __init__(self, path: Path, source: VideoFile, size: tuple[int, int], encoding: Encoding) -> None:
        self._path, self._source, self._info = path, source, source.info
        self._size, self._encoding = size, encoding
        self._muxer = muxer_for(path, encoding)

    def run(self, segments: Sequence[Path], folder: Path | None, on_whole: Callable[[], None]) -> list[str]:
        with replacing(self._path, folder=folder) as partial:
            with opened(self._source.path, every_stream=True) as source, contextlib.ExitStack() as stack:
                output = self._created(partial, source)
                stack.callback(close, output)
                self._begin(source, output)
                self._mux(output, segments)
            self._set_aspect(partial)
            self._verify(partial)
            unmarked = self._lost_marks(partial)
            on_whole()
        lost = (f"The new pictures carry no {extra}." for extra in self._info.extras)
        copy, track = self._copy, self._track
        return [*track.dropped, *copy.dropped, *lost, *unmarked, *copy.broken, *track.notes(self._path)]

    def _lost_marks(self, partial: Path) -> list[str]:
        with opened(partial) as result:
            return list(marks.lost(self._muxer.name, result, self._copy.tallies, *self._header))

    def _created(self, partial: Path, source: InputContainer) -> OutputContainer:
        # Without `bitexact` Matroska's writer gives files and tracks numbers drawn by lot.
        options = {**self._muxer.options, "fflags": "+bitexact"}
        if self._muxer.format in _QUICKTIME:
            options["movie_timescale"] = str(_common_clock(source, self._info.time_base))
        return av.open(
            address(partial),
            "w",
            format=self._muxer.format,
            container_options=options,
            metadata_errors="surrogateescape",
        )

    def _begin(self, source: InputContainer, output: OutputContainer) -> None:
        origin, main = self._info.origin, main_video(source, self._source.path)
        span = self._source.span
        self._copy = StreamCopy(self._source.path, source, output, self._muxer, origin, span)
        self._header = copy_header(source, output, origin, span)
        for stream in source.streams:
            if stream.index == main.index:
                self._add_video(output, main)
            else:
                self._copy.add(stream)
        with refusing(self._path, CODECS[self._encoding.codec]):
            output.start_encoding()

    def _add_video(self, output: OutputContainer, main: VideoStream) -> None:
        self._track = VideoTrack(output, self._info, self._size, self._encoding, self._muxer)
        video = self._track.stream
        describe_alike(video, main, encoded=True)
        if self._reserves:
            video.metadata["title"] = matroska.RESERVED + video.metadata.get("title", "")
        self._tally = Tally.of(main)
        self._tally.codec = CODECS[self._encoding.codec].codec
        self._copy.tallies.append(self._tally)

    def _mux(self, output: OutputContainer, segments: Sequence[Path]) -> None:
        """Write the packets of the new video, each after the copied packets that come before it."""
        with refusing(self._path):
            for packet in _dated(segments, self._info):
                packet.stream = self._track.stream
                self._tally.add(packet)
                self._copy.until((packet.dts or 0) * packet.time_base)
                typed(output).mux([packet])
            self._copy.finish()
            output.close()

    @property
    def _reserves(self) -> bool:
        """Whether the shape of the samples has to be put into the file afterwards."""
        return self._muxer.format in _EBML and self._info.sar != 1

    def _set_aspect(self, partial: Path) -> None:
        sar = self._info.sar
        if self._reserves and not matroska.set_aspect(partial, *self._size, sar):
            raise OutputError(f"{self._path} could not be given the source's aspect ratio.")

    def _verify(self, partial: Path) -> None:
        """Prove the file; one that fails is kept under a name that says so, since it may be hours of work."""
        try:
            verify(partial, self._copy.tallies, self._path, self._source.decoded, self._tally.count)
        except VerifyError as error:
            kept = self._path.with_name(f"{self._path.stem}.unverified{self._path.suffix}")
            partial.replace(kept)
            raise VerifyError(f"{error} What was written is kept as {kept}.") from error


def _common_clock(source: InputContainer, own: Fraction) -> int:
    """Ticks a second in which the beginnings of all tracks are whole numbers, as edit lists want them."""
    ticks = [(stream.time_base or own).denominator for stream in source.streams]
    clock = math.lcm(own.denominator, *ticks)
    return clock if clock < _CLOCK_LIMIT else _USUAL_CLOCK


def _dated(segments: Sequence[Path], info: VideoInfo) -> Iterator[Packet[Stream]]:
    """All packets, with decoding times that rise over the borders of segments as well.

    Each encoder counted from its own first frame. Over all packets the decoding times are the presentation
    times in order, as many packets late as the deepest reordering asks for.
    """
    times = decoding_times(entry.pts for segment in segments for entry in entries(segment))
    for dts, (entry, payload) in zip(
        times, (pair for segment in segments for pair in payloads(segment)), strict=True
    ):
        packet: Packet[Stream] = Packet(payload)
        packet.pts, packet.dts, packet.duration = entry.pts, int(dts), entry.duration
        packet.time_base = Fraction(info.time_base)
        packet.is_keyframe = entry.key
        yield packet


def decoding_times(times: Iterable[int]) -> NDArray[np.int64]:
    """Rising times, none after its packet's, for packets in decoding order shown at distinct `times`."""
    shown = np.fromiter(times, np.int64)
    ordered = np.sort(shown)
    late = int((np.arange(len(shown)) - np.searchsorted(ordered, shown)).max(initial=0))
    before = ordered[late] - ordered[0] if len(ordered) else 0
    return np.concatenate([ordered[:late] - before, ordered[: len(ordered) - late]])
