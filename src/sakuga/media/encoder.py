"""Pictures to packets: one encoder, set as the source and the user's choice demand."""

from __future__ import annotations

import contextlib
import errno
import io
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import av.error
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from sakuga.errors import DeviceError, OutputError
from sakuga.media import repeatable
from sakuga.media.atomic import replacing
from sakuga.media.codecs import CODECS, Codec, Encoding, Muxer, layout_for, muxer_for
from sakuga.media.colour import Colour, FromRgb, Matrix, Range
from sakuga.media.container import encode, typed
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.media.probe import VideoInfo
from sakuga.media.segment import SegmentFile, Span

_KEYFRAME_SECONDS = 10
_HVC1 = frozenset({"mp4", "mov"})
_OF_SYSTEM = frozenset(
    {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.EDQUOT, errno.EFBIG}
)
_NO_NVENC = (
    "--codec nvenc needs an NVIDIA GPU with a video encoder and its driver; choose --codec x265 or x264."
)


class VideoTrack:
    """The stream of new pictures in one output, its encoder ready to be opened with the output's header."""

    def __init__(
        self,
        output: OutputContainer,
        info: VideoInfo,
        size: tuple[int, int],
        encoding: Encoding,
        muxer: Muxer,
    ) -> None:
        self.dropped: list[str] = []
        """What of the source's pictures the encoder cannot hold, as sentences."""
        self._info, self._size, self._encoding = info, size, encoding
        codec = CODECS[encoding.codec]
        self.chroma, self.depth = layout_for(encoding, info.chroma, info.depth, *size)
        colour = _output_colour(info.colour, self.chroma)
        pixel_format = codec.formats[self.chroma, self.depth]
        self.from_rgb = FromRgb(colour, pixel_format)
        self.stream = typed(output).add_stream(codec.encoder, info.rate, self._options(codec))
        _configure(self.stream, codec, info, colour, size, pixel_format)
        if codec.codec == "hevc" and muxer.format in _HVC1:
            self.stream.codec_context.codec_tag = "hvc1"

    def _options(self, codec: Codec) -> dict[str, str]:
        """The encoder's options as FFmpeg takes them."""
        encoding, options = self._encoding, dict(codec.options)
        if codec.crf is not None:
            options[codec.quality] = f"{codec.crf if encoding.crf is None else encoding.crf:g}"
        if preset := encoding.preset or codec.preset:
            options["preset"] = preset
        if self.chroma in ("420", "422"):
            options["chroma_sample_location"] = "left"
        always = repeatable.settings(codec.encoder, encoding.cores)
        settings = dict(codec.settings) | always | self._hdr(codec)
        if codec.parameters and settings:
            options[codec.parameters] = ":".join(f"{name}={value}" for name, value in settings.items())
        return options

    def _hdr(self, codec: Codec) -> dict[str, str]:
        hdr = self._info.hdr
        if hdr is not None and codec.hdr is None:
            self.dropped.append(f"--codec {self._encoding.codec} cannot hold HDR mastering metadata.")
        return codec.hdr(hdr) if hdr is not None and codec.hdr is not None else {}

    def notes(self, path: Path) -> list[str]:
        """Where pictures are stored in another way than the source's, as sentences."""
        info, (width, height) = self._info, self._size
        if info.chroma in (self.chroma, "400") and self.depth >= info.depth:
            return []
        note = (
            f"{path}: {info.depth}-bit {_spoken(info.chroma)} is stored as {self.depth}-bit"
            f" {_spoken(self.chroma)}, which --codec {self._encoding.codec} takes at {width}x{height}."
        )
        return [note]


class SegmentWriter:
    """Encodes one stretch of pictures, alone and from a key frame, into a segment file.

    `first` is the number of its first frame within the source. Used as a context manager: left without an
    error the file at `path` is whole and durable, left with one there is none. Raises OutputError, naming
    `destination`, where disk or encoder refuse.
    """

    def __init__(
        self,
        path: Path,
        first: int,
        info: VideoInfo,
        size: tuple[int, int],
        encoding: Encoding,
        destination: Path,
    ) -> None:
        self._path, self._destination = path, destination
        self._info, self._size, self._encoding = info, size, encoding
        self._first = first
        self._times: list[int] = []
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
        assert pixels.shape == (*self._size[::-1], 3), f"{pixels.shape} is not what was announced"
        picture = self._track.from_rgb(pixels)
        picture.pts, picture.time_base = frame.pts - self._shift, frame.time_base
        self._times.append(picture.pts)
        self._durations[picture.pts] = frame.duration
        with refusing(self._destination):
            self._keep(encode(self._track.stream, picture))

    @contextlib.contextmanager
    def _open(self) -> Generator[None, None, None]:
        muxer = muxer_for(self._destination, self._encoding)
        # The encoder is opened as that of the result will be, so that its header is true for these packets.
        output = av.open(io.BytesIO(), "w", format=muxer.format)
        with replacing(self._path, self._destination) as partial, contextlib.ExitStack() as stack:
            stack.callback(close, output)
            self._track = VideoTrack(output, self._info, self._size, self._encoding, muxer)
            self._shift = round(self._info.origin / self._info.time_base)
            with refusing(self._destination, CODECS[self._encoding.codec]):
                output.start_encoding()
            self._file = SegmentFile(partial)
            stack.callback(self._file.abandon)
            yield
            with refusing(self._destination):
                self._keep(encode(self._track.stream, None))
            self._file.close(Span(self._first, len(self._times), self._times[0]))

    def _keep(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            pts = packet.pts or 0
            dts = pts if packet.dts is None else packet.dts
            self._file.add(
                pts, dts, self._durations.pop(pts, 0), packet.is_keyframe, bytes(cast("bytes", packet))
            )


def close(output: OutputContainer) -> None:
    """Close an output whatever state it is in."""
    with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
        output.close()


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
def refusing(path: Path, opening: Codec | None = None) -> Generator[None, None, None]:
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
