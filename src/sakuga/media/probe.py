"""What is known of a video before it is decoded: its size, timing, colour and streams."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.video.format import VideoFormat
from av.video.stream import VideoStream

from sakuga.media.colour import Colour, Matrix, Range, colour_of, siting_of
from sakuga.media.container import codec_of, describe, is_clocked, opened, packets, tags_of
from sakuga.media.hdr import Hdr, side_data

_CHROMA = {(16, 16): "444", (8, 16): "422", (8, 8): "420", (16, 8): "440", (4, 16): "411", (4, 4): "410"}
_FULL_GREY = frozenset({"ffv1", "rawvideo", "png", "mjpeg", "huffyuv", "ffvhuff", "utvideo"})
_CENTRED = frozenset({"mjpeg", "mpeg1video"})
_RIDERS = {
    Type.A53_CC: "closed captions",
    Type.DOVI_RPU_BUFFER: "Dolby Vision layer",
    Type.DOVI_METADATA: "Dolby Vision layer",
    Type.DYNAMIC_HDR_PLUS: "HDR10+ layer",
    Type.STEREO3D: "mark of 3D",
}
_SAMPLE = 250
_SLOWEST = Fraction(1, 1000)
_UNKNOWN_ORDER, _PROGRESSIVE = 0, 1


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """One video file, as its headers and its first frame tell."""

    width: int
    """Columns of the stored picture, before `sar` and `rotation`."""
    height: int
    """Rows of the stored picture."""
    depth: int
    """Bits per sample: 8, 10, 12..."""
    chroma: str
    """420, 422, 444, 440, 411, 410, 400 (grey) or rgb."""
    rate: Fraction
    """Average frames per second; a variable rate has one too."""
    frames: int
    """Best estimate of the number of frames; 0 where nothing tells."""
    duration: float
    """Seconds; 0 where nothing tells."""
    colour: Colour
    sar: Fraction
    """Width of a stored sample over its height; 1 = square."""
    rotation: int
    """Degrees anticlockwise that a player turns the stored picture."""
    interlaced: bool
    """Whether the file flags its pictures as two fields; the flag may be wrong."""
    codec: str
    """FFmpeg's name of the video codec, such as h264."""
    format: str
    """FFmpeg's name of the container, such as matroska,webm."""
    others: tuple[str, ...]
    """All other streams, in the words of a track menu."""
    extras: tuple[str, ...]
    """What rides on the pictures and is not in the frames: transparency, closed captions, Dolby Vision..."""
    time_base: Fraction
    """Seconds per unit of the frames' pts."""
    origin: Fraction
    """Seconds of the source that are zero in the output; 0 but for broadcasts, discs and negative times."""
    hdr: Hdr | None
    display_matrix: tuple[int, ...]
    """FFmpeg's nine display matrix numbers, or empty."""


def probe(
    path: Path, container: InputContainer, stream: VideoStream, frame: av.VideoFrame, begin: int
) -> VideoInfo:
    """Describe `stream` of the opened `path` from its first decoded `frame`, whose picture is lost by that.

    begin: when that is shown, in the stream's time base.
    Raises InputError (without the file's name) for a colour matrix that cannot be converted.
    """
    pixel_format = frame.format
    rate = _rate(path, container, stream)
    duration = _duration(container, stream)
    time_base = stream.time_base or Fraction(1, 90000)
    hdr, matrix = Hdr.of(frame), side_data(frame, Type.DISPLAYMATRIX)
    return VideoInfo(
        width=frame.width,
        height=frame.height,
        depth=min(pixel_format.components[0].bits, 16) if not pixel_format.has_palette else 8,
        chroma=_chroma(pixel_format),
        rate=rate,
        frames=_frames(container, stream, duration, rate),
        duration=duration,
        colour=_colour(stream, frame),
        sar=stream.sample_aspect_ratio or Fraction(1),
        rotation=frame.rotation,
        interlaced=_interlaced(stream, frame),
        codec=codec_of(stream) or "unknown",
        format=container.format.name,
        others=tuple(describe(other) for other in container.streams if other.index != stream.index),
        extras=_extras(frame),
        time_base=time_base,
        origin=_origin(container, begin * time_base),
        hdr=hdr,
        display_matrix=struct.unpack("=9i", matrix) if len(matrix) == 36 else (),
    )


def _origin(container: InputContainer, first: Fraction) -> Fraction:
    if not is_clocked(container):
        return min(first, Fraction(0))
    return Fraction(container.start_time or 0, av.time_base)


def _extras(frame: av.VideoFrame) -> tuple[str, ...]:
    clear = ["transparency"] if any(part.is_alpha for part in frame.format.components) else []
    return (*clear, *dict.fromkeys(name for kind, name in _RIDERS.items() if side_data(frame, kind)))


def _interlaced(stream: VideoStream, frame: av.VideoFrame) -> bool:
    return frame.interlaced_frame or stream.codec_context.field_order not in (_UNKNOWN_ORDER, _PROGRESSIVE)


def _chroma(pixel_format: VideoFormat) -> str:
    if pixel_format.is_rgb or pixel_format.has_palette:
        return "rgb"
    if len(pixel_format.components) < 3:
        return "400"
    return _CHROMA.get((pixel_format.chroma_width(16), pixel_format.chroma_height(16)), "420")


def _duration(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    tagged = _seconds(tags_of(stream).get("duration", ""))
    return tagged or (container.duration or 0) / av.time_base


def _seconds(tag: str) -> float:
    """Matroska's DURATION tag, `00:24:03.456000000`; 0 where it is none."""
    try:
        hours, minutes, seconds = tag.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return 0.0


def counted(container: InputContainer, stream: VideoStream) -> int:
    """How many frames the header promises; 0 where it does not, as AVI, whose ticks may show nothing."""
    return 0 if container.format.name == "avi" else stream.frames


def usual_step(stream: VideoStream) -> int:
    """Ticks from one picture to the next, by the header alone."""
    rate, tick = stream.average_rate or stream.guessed_rate or Fraction(25), stream.time_base
    return max(1, round(1 / (rate * tick))) if tick else 1


def _rate(path: Path, container: InputContainer, stream: VideoStream) -> Fraction:
    """What the container says, unless the first frames contradict it.

    Matroska and AVI tell one frame duration even where frames have many.
    """
    told = stream.average_rate or stream.guessed_rate or Fraction(25)
    if counted(container, stream):
        return told
    with opened(path) as container:
        own = (packet for packet in packets(container) if packet.stream_index == stream.index)
        times = [p.pts * p.time_base for p in itertools.islice(own, _SAMPLE) if p.pts is not None]
    span = max(times) - min(times) if times else 0
    seen = (len(times) - 1) / span if span else told
    return told if told / 2 < seen < told * 2 else max(seen, _SLOWEST).limit_denominator(1001)


def _frames(container: InputContainer, stream: VideoStream, duration: float, rate: Fraction) -> int:
    tag = next((v for k, v in tags_of(stream).items() if k.startswith("number_of_frames")), "")
    return counted(container, stream) or (int(tag) if tag.isdecimal() else round(duration * rate))


def _colour(stream: VideoStream, frame: av.VideoFrame) -> Colour:
    """The frame's own word first, then the container's, then what players assume."""
    context, codec, chroma = stream.codec_context, codec_of(stream), _chroma(frame.format)
    colour = colour_of(
        _told(frame.colorspace, context.colorspace),
        Range.FULL if frame.format.name.startswith("yuvj") else frame.color_range or context.color_range,
        _told(frame.color_primaries, context.color_primaries),
        _told(frame.color_trc, context.color_trc),
        width=frame.width,
        height=frame.height,
        rgb=chroma == "rgb",
    )
    if chroma == "400" and codec in _FULL_GREY and frame.color_range == Range.UNSPECIFIED:
        colour = replace(colour, range=Range.FULL)
    centred = codec in _CENTRED or colour.range is Range.FULL
    return replace(colour, siting=siting_of(frame) or ("center" if centred else "left"))


def _told(first: int, second: int) -> int:
    return second if first in (0, int(Matrix.UNSPECIFIED)) else first
