"""Opening video files: the one place that turns FFmpeg's refusals into sentences."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Protocol, cast

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from sakuga.errors import InputError
from sakuga.media import svt

_CLOCKED = frozenset({"mpegts", "mpeg"})
_PICTURES = ("image2", "_pipe")
_LATE_STREAMS = {"probesize": "50000000", "analyzeduration": "30000000"}
# What is read ahead is dropped, not kept in memory, and read again from the first byte on.
_EVERY_STREAM = {"probesize": str(1 << 60), "analyzeduration": str(1 << 60), "fflags": "+nobuffer"}
_UNKNOWN = "und"
_NAMELESS = frozenset({None, "none", "bin_data"})
_ASIDE = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


class _HasMetadata(Protocol):
    metadata: dict[str, str]


class _Output(Protocol):
    """What PyAV's stubs leave half untyped."""

    def mux(self, packets: list[Packet[Stream]]) -> None: ...

    def add_stream(self, codec_name: str, rate: Fraction, options: dict[str, str]) -> VideoStream: ...

    def add_stream_from_template(self, template: Stream, opaque: bool) -> Stream: ...


class _Encoder(Protocol):
    def encode(self, frame: av.VideoFrame | None) -> list[Packet[Stream]]: ...


@contextlib.contextmanager
def opened(path: Path, *, every_stream: bool = False) -> Generator[InputContainer, None, None]:
    """Open a media file for reading, local files only; raises InputError naming `path`.

    every_stream: read broadcasts and discs through for streams that show up late, such as the subtitles of
    the second chapter; others list theirs at the beginning.
    """
    with _open(path, _LATE_STREAMS if _may_be_late(path) else {}) as container:
        if any(mark in container.format.name for mark in _PICTURES):
            raise InputError(
                f"{path} holds a picture, not a video; give it a picture's suffix, such as .png."
            )
        if not (every_stream and is_clocked(container)):
            yield container
            return
    with _open(path, _EVERY_STREAM) as container:
        container.seek(0, unsupported_byte_offset=True)
        yield container


def _open(path: Path, options: Mapping[str, str]) -> InputContainer:
    try:
        return av.open(
            address(path),
            "r",
            container_options={"protocol_whitelist": "file", **options},
            metadata_errors="surrogateescape",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise InputError(_refusal(path, error)) from error


def is_clocked(container: InputContainer) -> bool:
    """Whether it is a broadcast's or a disc's format, whose time starts at the recorder's clock."""
    return not _CLOCKED.isdisjoint(container.format.name.split(","))


def address(path: Path) -> str:
    """The path as FFmpeg takes it, so that a colon in a name is not read as a protocol."""
    return f"file:{path}"


def main_video(container: InputContainer, path: Path) -> VideoStream:
    """The first video stream that is neither cover art nor thumbnails; raises InputError if there is none."""
    for stream in container.streams.video:
        if not stream.disposition & _ASIDE:
            if codec_of(stream) is None:
                raise InputError(f"{path} holds video that this FFmpeg cannot decode; convert it first.")
            return stream
    raise InputError(f"{path} holds no video stream.")


def packets(container: InputContainer) -> Iterator[Packet[Stream]]:
    """All packets of all streams in file order, but for those without a byte, which no container keeps.

    Streams that show up while reading are left out; PyAV, at its end, trips over them.
    """
    with contextlib.suppress(IndexError):
        for packet in container.demux():
            if packet.size:
                yield packet


def pictures(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """The decoded pictures of `stream`, in display order; where it is damaged, FFmpeg's error is raised."""
    for packet in packets(container):
        if packet.stream_index == stream.index:
            yield from cast("Packet[VideoStream]", packet).decode()
    flush = cast("Packet[VideoStream]", Packet())
    flush.stream = stream
    yield from flush.decode()


def typed(output: OutputContainer) -> _Output:
    """An output container with complete types."""
    return cast("_Output", output)


def encode(stream: VideoStream, frame: av.VideoFrame | None) -> list[Packet[Stream]]:
    """Packets that are ready after `frame`; None flushes the encoder."""
    packets = cast("_Encoder", stream).encode(frame)
    svt.step_back()
    return packets


def codec_of(stream: Stream) -> str | None:
    """The codec's name as both its encoders and decoders are called, such as h264; None if it is unknown."""
    context = cast("object | None", stream.codec_context)
    return stream.codec_context.codec.canonical_name if context is not None else None


def promised_end(container: InputContainer) -> float:
    """When the file ends by its own header, in seconds on its own clock; 0 where it does not tell."""
    if container.format.name == "avi":
        # FFmpeg shortens the duration of one that was cut off to what is left; its count of ticks stays.
        return max(
            (float(video.frames * (video.time_base or 0)) for video in container.streams.video), default=0
        )
    start, duration = container.start_time or 0, container.duration or 0
    # Matroska's duration is the time of its end, that of all others is counted from the beginning.
    return (
        duration if "matroska" in container.format.name or not duration else start + duration
    ) / av.time_base


def describe(stream: Stream) -> str:
    """A stream in the words of a track menu: `audio: flac, jpn, "Commentary"`."""
    tags = tags_of(stream)
    name = tags.get("filename") or tags.get("title") or tags.get("name")
    kind_of = codec_of(stream) or tags.get("mimetype") or _name_of(stream)
    parts = [kind_of, tags.get("language"), f'"{name}"' if name else None]
    kind = "cover art" if stream.disposition & _ASIDE else stream.type
    return f"{kind}: {', '.join(part for part in parts if part) or 'of unknown kind'}"


def marks_of(stream: Stream) -> tuple[str, ...]:
    """The title, the language and the dispositions of a stream, in words."""
    tags = tags_of(stream)
    title, language = tags.get("title") or tags.get("name"), tags.get("language", _UNKNOWN)
    named = [f'the title "{title}"'] if title else []
    spoken = [f"the language {language}"] if language != _UNKNOWN else []
    flags = [str(flag.name).replace("_", " ") for flag in Disposition if flag & stream.disposition]
    return (*named, *spoken, *(f'the mark "{flag}"' for flag in flags))


def _name_of(stream: Stream) -> str | None:
    """What FFmpeg calls a stream that it has no decoder for, such as dvd_nav_packet."""
    name = None if stream.type == "attachment" else getattr(stream, "name", None)
    return None if name in _NAMELESS else name


def tags_of(holder: _HasMetadata) -> dict[str, str]:
    """Metadata of a container or stream with lower-case keys."""
    return {key.lower(): value for key, value in holder.metadata.items()}


def clock(seconds: float) -> str:
    """A time as players show it: 1:02:03.400."""
    minutes, rest = divmod(max(seconds, 0.0), 60)
    return f"{int(minutes) // 60}:{int(minutes) % 60:02}:{rest:06.3f}"


def _may_be_late(path: Path) -> bool:
    """Whether streams may first show up deep inside the file, as subtitles of discs and broadcasts do."""
    return path.suffix.lower() in {".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".vob", ".trp", ".evo"}


def _refusal(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist."
    if isinstance(error, PermissionError):
        return f"{path} may not be read; check its permissions."
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder, not a video."
    return f"{path} is not a video that can be read: {_diagnosis(path)}."


def _diagnosis(path: Path) -> str:
    """Why FFmpeg may have found nothing in a file that exists."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        return error.strerror or "it cannot be opened"
    if not head:
        return "it is empty (0 bytes)"
    if head[4:8] == b"ftyp":
        return (
            "its index (moov) is missing or damaged, so it was probably cut off while being written or copied"
        )
    return "it holds no known video format, or is damaged at its very beginning"
