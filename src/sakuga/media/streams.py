"""Everything in a source but its main video, copied packet by packet beside the new video."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import AttachmentStream, Disposition, Stream
from av.video.stream import VideoStream

from sakuga.media.codecs import Muxer
from sakuga.media.container import codec_of, describe, opened, packets, tags_of, typed
from sakuga.media.cutting import Cutter, cut_chapters
from sakuga.media.sound import DecodedTrack, add_pcm, pcm_for
from sakuga.media.span import Span
from sakuga.media.verify import Tally

_OF_CONTAINER = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})
_OF_ENCODER = ("bps", "duration", "encoder", "number_of_", "_statistics_", "vendor_id")
_IMAGES = {"mjpeg": ("cover.jpg", "image/jpeg"), "png": ("cover.png", "image/png")}
_COVERS = frozenset({"matroska", "mp4"})
_MATROSKA = frozenset({"matroska", "webm"})
_REORDERED = 32
_LATE = 0.1
_FOREVER = Fraction(2**62)


class StreamCopy:
    """The streams of one source on their way into one output, in step with the video."""

    def __init__(
        self,
        path: Path,
        source: InputContainer,
        output: OutputContainer,
        muxer: Muxer,
        origin: Fraction,
        span: Span | None = None,
    ) -> None:
        """origin: seconds of the source that are zero in the output; span: the part that is taken."""
        self.dropped: list[str] = []
        """What the output cannot hold, as sentences."""
        self.tallies: list[Tally] = []
        """One for each stream copied, in the order in which they were added."""
        self.broken: list[str] = []
        """Where the source could be read no further, as sentences."""
        self._path = path
        self._source = source
        self._output = output
        self._muxer = muxer
        self._origin = origin
        self._span = None if span is None or span.whole else span
        self._tracks: dict[int, _Track | DecodedTrack] = {}
        self._waiting: Packet[Stream] | None = None
        self._packets = self._read()

    def add(self, stream: Stream) -> None:
        """Give the output a stream like `stream`, or name it among the dropped."""
        if isinstance(stream, AttachmentStream):
            self._attach(stream)
        elif _is_cover(stream) and self._muxer.format == "matroska":
            self._attach_cover(stream)
        elif _is_written_anew(stream, self._source):
            return
        elif _is_empty(stream):
            self.dropped.append(f"{self._path} announces {describe(stream)}, but holds none of it.")
        elif self._span and _is_film(stream) and not self._begins(stream, self._span):
            return
        elif _holds(self._muxer, stream):
            self._track(stream)
        elif isinstance(stream, AudioStream) and _holds_decoded(self._muxer, stream):
            self._decode(stream)
        else:
            self._drop(stream)

    def until(self, seconds: Fraction) -> None:
        """Write all copied packets that come before `seconds` of the output."""
        while (packet := self._waiting or next(self._packets, None)) is not None:
            self._waiting = None
            track = self._tracks.get(packet.stream_index)
            if track and _time(packet) - self._origin >= seconds:
                self._waiting = packet
                return
            if track:
                typed(self._output).mux(track.admit(packet))

    def finish(self) -> None:
        """Write all copied packets that are left."""
        self.until(_FOREVER)
        for track in self._tracks.values():
            typed(self._output).mux(track.rest())
            if isinstance(track, DecodedTrack) and track.damaged:
                self.broken.append(
                    f"{self._path} has {track.damaged} damaged packets of {track.tally.label}."
                )

    def _read(self) -> Iterator[Packet[Stream]]:
        """The source's packets, up to the point where it can be read no further."""
        try:
            yield from packets(self._source)
        except (av.error.FFmpegError, OSError):
            self.broken.append(f"{self._path} breaks off; its other streams end there, too.")

    def _begins(self, stream: Stream, span: Span) -> bool:
        """Whether a video that is copied has a key frame to begin with in the span; tells if it is late."""
        if not span.start:
            return True
        with opened(self._path) as source:
            own = (packet for packet in packets(source) if packet.stream_index == stream.index)
            keys = (_shown(packet) - self._origin for packet in own if packet.is_keyframe)
            late = next((time for time in keys if time >= 0), None)
        if late is None or (span.length is not None and late >= span.length):
            self.dropped.append(f"No key frame of {describe(stream)} is between --start and --end.")
            return False
        if late > _LATE:
            about = f"{describe(stream)} begins {float(late):.2f} s late"
            self.dropped.append(f"The {about}, at its first key frame after --start.")
        return True

    def _track(self, stream: Stream) -> None:
        copy = typed(self._output).add_stream_from_template(stream, opaque=True)
        describe_alike(copy, stream, encoded=self._span is not None)
        strict = self._muxer.format not in _MATROSKA
        track = _Track(stream, copy, self._origin, strict, self._cutter(stream))
        self._tracks[stream.index] = track
        self.tallies.append(track.tally)

    def _decode(self, stream: AudioStream) -> None:
        """Sound that is stored decoded rather than lost."""
        copy = add_pcm(self._output, stream)
        describe_alike(copy, stream, encoded=True)
        self._drop(stream, f"; it is stored decoded, as {pcm_for(stream)}")
        track = DecodedTrack(stream, copy, self._origin, self._cutter(stream))
        self._tracks[stream.index] = track
        self.tallies.append(track.tally)

    def _cutter(self, stream: Stream) -> Cutter | None:
        return Cutter(stream, self._origin, self._span) if self._span and not _is_cover(stream) else None

    def _attach(self, stream: AttachmentStream) -> None:
        if self._muxer.format != "matroska":
            self._drop(stream)
            return
        name = tags_of(stream).get("filename") or f"attachment-{stream.index}"
        copy = self._output.add_attachment(name, stream.mimetype or "application/octet-stream", stream.data)
        copy.metadata.update(stream.metadata)
        self.tallies.append(Tally.of(stream))

    def _attach_cover(self, stream: Stream) -> None:
        """Matroska keeps covers as attachments; FFmpeg would write one as a second video track."""
        usual = _IMAGES.get(codec_of(stream) or "")
        packet = _first_packet(self._path, stream.index)
        if usual is None or packet is None:
            self._drop(stream)
            return
        tags = tags_of(stream)
        name, mimetype = tags.get("filename") or usual[0], tags.get("mimetype") or usual[1]
        copy = self._output.add_attachment(name, mimetype, bytes(cast("bytes", packet)))
        copy.metadata.update(_without(stream.metadata, _OF_ENCODER))
        entry = Tally.of(stream)
        entry.add(packet)
        self.tallies.append(entry)

    def _drop(self, stream: Stream, instead: str = "") -> None:
        self.dropped.append(f"{self._muxer.name} cannot hold {describe(stream)}{instead}.")


class _Track:
    """One copied stream: its packets stamped so that a muxer takes them."""

    def __init__(
        self, stream: Stream, copy: Stream, origin: Fraction, strict: bool, cutter: Cutter | None
    ) -> None:
        self.tally = Tally.of(stream)
        self._copy = copy
        self._origin = origin
        self._cutter = cutter
        self._step = int(strict and stream.type in ("audio", "video"))
        self._last: int | None = None
        self._undated: list[Packet[Stream]] = []

    def admit(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """The packets ready for writing now that `packet` has come; none while they cannot be dated."""
        if self._cutter and not self._cutter.keeps(packet):
            return []
        self.tally.add(packet, self._origin)
        self._undated.append(packet)
        if packet.dts is None and self._last is None and len(self._undated) < _REORDERED:
            return []
        return self.rest()

    def rest(self) -> list[Packet[Stream]]:
        """What still waits, dated backwards from the first packet that has a decoding time.

        Matroska tells none for the frames before the first one that is not reordered.
        """
        ready, self._undated = self._undated, []
        known = next((packet.dts for packet in reversed(ready) if packet.dts is not None), None)
        for back, packet in enumerate(reversed(ready)):
            if packet.dts is None and known is not None:
                packet.dts = known - back * (packet.duration or 1)
            elif packet.dts is None:
                packet.dts = packet.pts
        for packet in ready:
            self._stamp(packet)
        return ready

    def _stamp(self, packet: Packet[Stream]) -> None:
        """Take the origin off, and keep decoding times rising where a damaged source lets them fall."""
        shift = round(self._origin / packet.time_base)
        dts = 0 if packet.dts is None else packet.dts - shift
        pts = dts if packet.pts is None else packet.pts - shift
        if self._last is not None:
            dts = max(dts, self._last + self._step)
        packet.dts, packet.pts, self._last = dts, max(pts, dts), dts
        packet.stream = self._copy


def copy_header(
    source: InputContainer, output: OutputContainer, origin: Fraction, span: Span | None = None
) -> tuple[dict[str, str], int]:
    """Give the output the source's title, tags and chapters, those of `span` alone if there is one.

    Returns the tags, and the number of chapters.
    """
    tags = _without(source.metadata, tuple(_OF_CONTAINER))
    output.metadata.update(tags)
    chapters = source.chapters()
    for chapter in chapters:
        shift = round(origin / chapter["time_base"]) if chapter["time_base"] else 0
        chapter["start"] -= shift
        chapter["end"] -= shift
    if span and not span.whole:
        chapters = cut_chapters(chapters, span)
    if chapters:
        output.set_chapters(chapters)
    return tags, len(chapters)


def describe_alike(copy: Stream, stream: Stream, encoded: bool = False) -> None:
    """Give a stream another's tags and disposition; an `encoded` one without its old statistics."""
    tags = _without(stream.metadata, _OF_ENCODER) if encoded else stream.metadata
    # QuickTime's title is read as `name`, but written, as everybody's, from `title`.
    copy.metadata.update({"title" if key == "name" else key: value for key, value in tags.items()})
    copy.disposition = stream.disposition


def _without(metadata: Mapping[str, str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if not key.lower().startswith(prefixes)}


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _is_film(stream: Stream) -> bool:
    return stream.type == "video" and not _is_cover(stream)


def _is_written_anew(stream: Stream, source: InputContainer) -> bool:
    """Whether it is a track that QuickTime makes of chapters or a timecode, which are copied as such."""
    if stream.type != "data":
        return False
    return bool("timecode" in tags_of(stream) or (stream.name == "bin_data" and source.chapters()))


def _first_packet(path: Path, index: int) -> Packet[Stream] | None:
    with opened(path) as source:
        return next((packet for packet in packets(source) if packet.stream_index == index), None)


def _is_empty(stream: Stream) -> bool:
    """Whether all that is known of it is that it should be there."""
    if codec_of(stream) is None:
        return False
    if isinstance(stream, AudioStream):
        return not stream.codec_context.sample_rate
    return isinstance(stream, VideoStream) and not stream.codec_context.width


def _holds(muxer: Muxer, stream: Stream) -> bool:
    """Whether the container takes such a stream."""
    if _is_cover(stream) and muxer.format not in _COVERS:
        return False
    return _accepts(muxer, lambda trial: typed(trial).add_stream_from_template(stream, opaque=True))


def _holds_decoded(muxer: Muxer, stream: AudioStream) -> bool:
    return codec_of(stream) is not None and _accepts(muxer, lambda trial: add_pcm(trial, stream))


def _accepts(muxer: Muxer, add: Callable[[OutputContainer], Stream]) -> bool:
    """Whether a stream can be added: FFmpeg is asked, by a header written to nowhere."""
    trial = av.open(io.BytesIO(), "w", format=muxer.format)
    try:
        add(trial)
        trial.start_encoding()
    except (av.error.FFmpegError, OSError, ValueError):
        return False
    finally:
        with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
            trial.close()
    return True


def _shown(packet: Packet[Stream]) -> Fraction:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return (stamp or 0) * packet.time_base


def _time(packet: Packet[Stream]) -> Fraction:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return (stamp or 0) * packet.time_base
