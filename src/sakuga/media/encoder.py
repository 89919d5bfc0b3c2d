"""Video files out: new pictures at the source's times, every other stream copied, the result verified."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from sakuga.errors import DeviceError, InputError, OutputError, VerifyError
from sakuga.media import matroska
from sakuga.media.atomic import replacing
from sakuga.media.codecs import (
    CODECS,
    CONTAINERS,
    Codec,
    CodecName,
    Encoding,
    Muxer,
    container_for,
    layout_for,
    muxer_for,
)
from sakuga.media.colour import Colour, FromRgb, Matrix, Range
from sakuga.media.container import address, encode, main_video, opened, typed
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.media.probe import VideoInfo
from sakuga.media.streams import StreamCopy, copy_header, describe_alike
from sakuga.media.verify import Tally, verify
from sakuga.media.video import VideoFile

__all__ = ["CODECS", "CONTAINERS", "CodecName", "Encoding", "VideoWriter", "container_for", "create_video"]

_KEYFRAME_SECONDS = 10
_EBML = frozenset({"matroska", "webm"})
_HVC1 = frozenset({"mp4", "mov"})
_OF_SYSTEM = frozenset(
    {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.EDQUOT, errno.EFBIG}
)
_NO_NVENC = (
    "--codec nvenc needs an NVIDIA GPU with a video encoder and its driver; choose --codec x265 or x264."
)


def create_video(path: Path, source: VideoFile, width: int, height: int, encoding: Encoding) -> VideoWriter:
    """A writer of `width` x `height` pictures that otherwise makes `path` what `source` is.

    Used as a context manager. Raises InputError where `path` names no container that holds the codec.
    """
    if path.exists() and path.samefile(source.path):
        raise InputError(f"{path} is the source itself; choose another --out.")
    return VideoWriter(path, source, width, height, encoding, muxer_for(path, encoding))


class VideoWriter:
    """Encodes the pictures of one video and copies all other streams beside them.

    Leaving the context without an error finishes the file, verifies it against the source and gives it its
    name; leaving it with one leaves nothing. Raises OutputError where disk or encoder refuse, VerifyError
    where the file does not hold what it should.
    """

    def __init__(
        self, path: Path, source: VideoFile, width: int, height: int, encoding: Encoding, muxer: Muxer
    ) -> None:
        self.path = path
        self.dropped: list[str] = []
        """What of the source the output cannot hold, as sentences; complete when the context is left."""
        self.notes: list[str] = []
        """Where the pictures are stored in another way than the source's, as sentences."""
        self._source = source
        self._width, self._height = width, height
        self._encoding = encoding
        self._muxer = muxer
        self._durations: dict[int, int] = {}

    def __enter__(self) -> Self:
        self._session = self._open()
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._session.__exit__(kind, error, trace)

    def write(self, pixels: Pixels, frame: VideoFrame) -> None:
        """Encode `pixels` of shape (height, width, 3), RGB, full range, to be shown when `frame` is.

        uint8 or uint16; frames come in the order of their pts.
        """
        assert pixels.shape == (self._height, self._width, 3), f"{pixels.shape} is not what was announced"
        picture = self._from_rgb(pixels)
        picture.pts, picture.time_base = frame.pts - self._shift, frame.time_base
        self._tally.count += 1
        self._tally.place(picture.pts * frame.time_base, frame.duration * frame.time_base)
        self._durations[picture.pts] = frame.duration
        with _refusing(self.path):
            self._mux(encode(self._video, picture))

    @contextlib.contextmanager
    def _open(self) -> Generator[None, None, None]:
        with replacing(self.path) as partial, opened(self._source.path) as source:
            options = dict(self._muxer.options)
            output = av.open(
                address(partial),
                "w",
                format=self._muxer.format,
                container_options=options,
                metadata_errors="surrogateescape",
            )
            try:
                self._begin(source, output)
                yield
                self._finish(output)
            finally:
                with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
                    output.close()
            self._set_aspect(partial)
            self._verify(partial)

    def _begin(self, source: InputContainer, output: OutputContainer) -> None:
        info, main = self._source.info, main_video(source, self._source.path)
        self._output = output
        self._shift = round(info.origin / info.time_base)
        span = self._source.span
        self._copy = StreamCopy(self._source.path, source, output, self._muxer, info.origin, span)
        copy_header(source, output, info.origin, span)
        for stream in source.streams:
            if stream.index == main.index:
                self._add_video(main)
            else:
                self._copy.add(stream)
        self.dropped += [
            *self._copy.dropped,
            *(f"The new pictures carry no {extra}." for extra in info.extras),
        ]
        if self._encoding.codec == "av1":
            # SVT-AV1 writes what it does to the terminal, and listens to nothing but this.
            os.environ.setdefault("SVT_LOG", "1")
        with _refusing(self.path, CODECS[self._encoding.codec]):
            output.start_encoding()

    def _add_video(self, main: VideoStream) -> None:
        info, codec = self._source.info, CODECS[self._encoding.codec]
        chroma, depth = layout_for(self._encoding, info.chroma, info.depth, self._width, self._height)
        self._note_layout(chroma, depth)
        colour = _output_colour(info.colour, chroma)
        self._from_rgb = FromRgb(colour, codec.formats[chroma, depth])
        video = typed(self._output).add_stream(codec.encoder, info.rate, self._options(codec, chroma))
        _configure(video, codec, info, colour, (self._width, self._height), codec.formats[chroma, depth])
        if codec.codec == "hevc" and self._muxer.format in _HVC1:
            video.codec_context.codec_tag = "hvc1"
        describe_alike(video, main, encoded=True)
        if self._reserves:
            video.metadata["title"] = matroska.RESERVED + video.metadata.get("title", "")
        self._video = video
        self._tally = Tally.of(main)
        self._tally.codec = codec.codec
        self._copy.tallies.append(self._tally)

    def _options(self, codec: Codec, chroma: str) -> dict[str, str]:
        """The encoder's options as FFmpeg takes them."""
        encoding, options = self._encoding, dict(codec.options)
        if codec.crf is not None:
            options[codec.quality] = f"{codec.crf if encoding.crf is None else encoding.crf:g}"
        if preset := encoding.preset or codec.preset:
            options["preset"] = preset
        if chroma in ("420", "422"):
            options["chroma_sample_location"] = "left"
        settings = dict(codec.settings) | self._hdr(codec)
        if codec.parameters and settings:
            options[codec.parameters] = ":".join(f"{name}={value}" for name, value in settings.items())
        return options

    def _hdr(self, codec: Codec) -> dict[str, str]:
        hdr = self._source.info.hdr
        if hdr is not None and codec.hdr is None:
            self.dropped.append(f"--codec {self._encoding.codec} cannot hold HDR mastering metadata.")
        return codec.hdr(hdr) if hdr is not None and codec.hdr is not None else {}

    def _note_layout(self, chroma: str, depth: int) -> None:
        info = self._source.info
        if info.chroma not in (chroma, "400") or depth < info.depth:
            self.notes.append(
                f"{self.path}: {info.depth}-bit {_spoken(info.chroma)} is stored as {depth}-bit"
                f" {_spoken(chroma)}, which --codec {self._encoding.codec} takes at"
                f" {self._width}x{self._height}."
            )

    def _mux(self, packets: list[Packet[Stream]]) -> None:
        """Write packets of the new video, each after the copied packets that come before it."""
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts or 0, 0)
            self._copy.until((packet.dts or 0) * packet.time_base)
            typed(self._output).mux([packet])

    def _finish(self, output: OutputContainer) -> None:
        with _refusing(self.path):
            self._mux(encode(self._video, None))
            self._copy.finish()
            output.close()

    @property
    def _reserves(self) -> bool:
        """Whether the shape of the samples has to be put into the file afterwards."""
        return self._muxer.format in _EBML and self._source.info.sar != 1

    def _set_aspect(self, partial: Path) -> None:
        sar = self._source.info.sar
        if self._reserves and not matroska.set_aspect(partial, self._width, self._height, sar):
            raise OutputError(f"{self.path} could not be given the source's aspect ratio.")

    def _verify(self, partial: Path) -> None:
        """Prove the file; one that fails is kept under a name that says so, since it may be hours of work."""
        self.dropped += self._copy.broken
        try:
            verify(partial, self._copy.tallies, self.path, self._source.decoded, self._tally.count)
        except VerifyError as error:
            kept = self.path.with_name(f"{self.path.stem}.unverified{self.path.suffix}")
            partial.replace(kept)
            raise VerifyError(f"{error} What was written is kept as {kept}.") from error


def _configure(
    video: VideoStream,
    codec: Codec,
    info: VideoInfo,
    colour: Colour,
    size: tuple[int, int],
    pixel_format: str,
) -> None:
    """Set what an encoder is to know before it opens: size, clock, aspect, colour, orientation."""
    context = video.codec_context
    context.width, context.height = size
    context.pix_fmt = pixel_format
    context.time_base = video.time_base = info.time_base
    context.sample_aspect_ratio = info.sar
    context.gop_size = 1 if codec.intra else max(1, round(info.rate * _KEYFRAME_SECONDS))
    context.colorspace, context.color_range = int(colour.matrix), int(colour.range)
    context.color_primaries, context.color_trc = colour.primaries, colour.transfer
    if info.display_matrix:
        matrix = list(info.display_matrix)
        matrix[6] = matrix[6] * size[0] // info.width
        matrix[7] = matrix[7] * size[1] // info.height
        video.set_display_matrix(matrix)


def _output_colour(colour: Colour, chroma: str) -> Colour:
    """The source's colour as far as the new layout can have it; YUV out of RGB is BT.709."""
    if chroma == "rgb" or colour.matrix is not Matrix.RGB:
        return replace(colour, siting="left")
    return Colour(Matrix.BT709, Range.LIMITED, colour.primaries, colour.transfer)


@contextlib.contextmanager
def _refusing(path: Path, opening: Codec | None = None) -> Generator[None, None, None]:
    """Turn FFmpeg's refusals into our errors; those of the system are left for `replacing` to explain."""
    try:
        yield
    except (av.error.FFmpegError, ValueError) as error:
        if opening and "nvenc" in opening.encoder:
            raise DeviceError(_NO_NVENC) from error
        if isinstance(error, OSError) and error.errno in _OF_SYSTEM:
            raise
        if opening:
            raise OutputError(f"{path} could not be begun: {opening.encoder} refuses its size.") from error
        raise OutputError(f"{path} could not be written: FFmpeg says {_said(error)}.") from error


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _spoken(chroma: str) -> str:
    return ":".join(chroma) if chroma.isdecimal() else chroma.upper()
