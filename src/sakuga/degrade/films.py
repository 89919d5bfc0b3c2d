"""Codecs of moving pictures, by FFmpeg's libraries: frames to packets to frames, all in memory."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, cast

import numpy as np
from av.codec.context import CodecContext
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext

from sakuga.degrade.clip import Frames
from sakuga.degrade.subsampling import doubled, halved
from sakuga.errors import InputError
from sakuga.media import repeatable, svt

_TICK = Fraction(1, 25)
_LAMBDA = 118
"""Parts that FFmpeg divides a quantiser into."""
_START = b"\0\0\1"
_NOTE = _START + b"\6\5"
"""A unit of H.264 that holds nothing but words."""
_ALLOWED: Mapping[str, tuple[Container[Any], str]] = {
    "profile": (("baseline", "main", "high"), "baseline, main or high"),
    "effort": (range(7), "a whole number from 0 to 6"),
    "rate": (range(1, 10**6), "a whole number of kb/s from 1"),
    "gop": (range(1, 1000), "a whole number of frames from 1 to 999"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What beside its quality is told to a codec; those that have no such thing leave it aside.

    Raises InputError for what no codec takes; speeds are for each encoder to judge.
    """

    preset: str | None = None
    """Speed, in the encoder's own words."""
    profile: str | None = None
    """Of H.264: baseline, main or high."""
    effort: int | None = None
    """Of WebP, 0 to 6."""
    rate: int | None = None
    """kb/s instead of a quality, with a buffer as on a DVD; of MPEG-2 and MPEG-4."""
    interlaced: bool = False
    """Whether MPEG-2 and MPEG-4 code fields, and their chroma is halved within each."""
    gop: int | None = None
    """Most frames from one intra picture to the next."""

    def __post_init__(self) -> None:
        for name, (allowed, words) in _ALLOWED.items():
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise InputError(f"A codec's {name} is {words}, not {value!r}.")

    def told(self) -> str:
        """What is not as usual, in words."""
        usual = (each for each in fields(self) if getattr(self, each.name) != each.default)
        return ", ".join(f"{each.name} {getattr(self, each.name)}" for each in usual)


@dataclass(frozen=True, slots=True)
class Encoder:
    """One of FFmpeg's encoders and the decoder that goes with it."""

    encoder: str
    decoder: str
    options: Callable[[float, Settings], dict[str, str]]
    least: int = 2
    """Pixels of the smallest side that it takes."""
    fields: bool = False
    """Whether it can code fields."""


def _quantiser(quality: float, settings: Settings) -> dict[str, str]:
    """The same quantiser for all pictures, as `-qscale:v` does it; or the rate of a DVD."""
    flags = {"flags": "+ildct+ilme"} if settings.interlaced else {}
    if settings.rate is not None:
        most = settings.rate * 3 // 2
        return flags | {"b": f"{settings.rate}k", "maxrate": f"{most}k", "bufsize": "1835k"}
    parts = f"{round(quality * _LAMBDA)}"
    return flags | {"qmin": "1", "lmin": parts, "lmax": parts, "i_qfactor": "1"}


def _x264(quality: float, settings: Settings) -> dict[str, str]:
    fixed = ":".join(f"{name}={value}" for name, value in repeatable.settings("libx264", None).items())
    chosen = {"profile": settings.profile} if settings.profile else {}
    told = {"x264-params": fixed} if fixed else {}
    return {"crf": f"{quality:g}", "preset": settings.preset or "medium"} | chosen | told


def _x265(quality: float, settings: Settings) -> dict[str, str]:
    parameters = "log-level=none:no-info=1:pools=none:frame-threads=1"
    return {"crf": f"{quality:g}", "preset": settings.preset or "medium", "x265-params": parameters}


def _svt(quality: float, settings: Settings) -> dict[str, str]:
    return {"crf": f"{quality:g}", "preset": settings.preset or "8", "svtav1-params": "lp=1"}


def _vpx(quality: float, settings: Settings) -> dict[str, str]:
    speed = settings.preset or "4"
    return {"crf": f"{quality:g}", "b": "0", "deadline": "good", "cpu-used": speed, "row-mt": "0"}


ENCODERS: Mapping[str, Encoder] = {
    "mpeg2": Encoder("mpeg2video", "mpeg2video", _quantiser, fields=True),
    "mpeg4": Encoder("mpeg4", "mpeg4", _quantiser, fields=True),
    "h264": Encoder("libx264", "h264", _x264),
    # x265 writes past its memory on pictures smaller than one of its 64x64 blocks.
    "h265": Encoder("libx265", "hevc", _x265, least=64),
    "av1": Encoder("libsvtav1", "libdav1d", _svt, least=64),
    "vp9": Encoder("libvpx-vp9", "vp9", _vpx),
}


def code(kind: Encoder, frames: Frames, quality: float, settings: Settings) -> tuple[Frames, int]:
    """One film (N, H, W, 3) to packets and back. Raises ValueError where frames are lost or FFmpeg fails."""
    height, width = frames.shape[1:3]
    interlaced = kind.fields and settings.interlaced
    # Each field of 4:2:0 needs lines in pairs.
    below, right = -height % (4 if interlaced else 2), width % 2
    below, right = max(kind.least - height, below), max(kind.least - width, right)
    padded = np.pad(frames, ((0, 0), (0, below), (0, right), (0, 0)), "edge")
    packets, extradata = _encoded(kind, padded, quality, settings, interlaced)
    decoded = np.stack(list(_decoded(kind, packets, extradata, interlaced)))
    if len(decoded) != len(frames):
        raise ValueError(f"{len(decoded)} frames came back")
    return decoded[:, :height, :width], sum(map(_size, packets))


def _size(packet: Packet[Stream]) -> int:
    """Bytes, without the note in which x264 names itself: 700 are many beside one small picture."""
    data = bytes(packet)
    if _NOTE not in data:
        return len(data)
    start = data.index(_NOTE)
    return len(data) - (data.find(_START, start + len(_NOTE)) - start)


def _encoded(
    kind: Encoder, frames: Frames, quality: float, settings: Settings, interlaced: bool
) -> tuple[list[Packet[Stream]], bytes | None]:
    context = cast("VideoCodecContext", CodecContext.create(kind.encoder, "w"))
    coder: Any = context
    context.height, context.width, context.pix_fmt = *frames.shape[1:3], "yuv420p"
    context.time_base, context.framerate = _TICK, 1 / _TICK
    context.options = kind.options(quality, settings)
    if settings.gop is not None:
        context.gop_size = settings.gop
    # Workers share the cores out; one thread also makes every call give the same bytes.
    context.thread_count = 1
    packets: list[Any] = []
    for pts, frame in enumerate(frames):
        picture = halved(frame, interlaced)
        picture.pts, picture.time_base = pts, _TICK
        packets += coder.encode(picture)
    svt.step_back()
    return [*packets, *coder.encode(None)], context.extradata


def _decoded(
    kind: Encoder, packets: list[Packet[Stream]], extradata: bytes | None, interlaced: bool
) -> Iterator[Frames]:
    context = cast("VideoCodecContext", CodecContext.create(kind.decoder, "r"))
    coder: Any = context
    context.thread_count = 1
    if extradata:
        context.extradata = extradata
    for packet in (*packets, None):
        for picture in coder.decode(packet):
            yield doubled(picture, interlaced)
