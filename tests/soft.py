"""Film and video as discs hold them: MPEG-2 whose flags say for how many fields each picture is shown."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

import clips

FIELD = Fraction(1001, 60000)
_CODES = {"24000/1001": 1, "30000/1001": 4}
_FIRST = 60
"""Fields before the first picture."""


class Reel(NamedTuple):
    """Pictures in a row, encoded alike."""

    pictures: Sequence[NDArray[np.uint8]]
    fields: Sequence[int] | None
    """For how many fields each is shown; None for pictures of two fields, as they are."""
    options: tuple[str, ...] = ()


class _Coded(NamedTuple):
    data: bytes
    key: bool
    shown: int
    """Fields before it is shown."""
    decoded: int
    fields: int


def film(pictures: Sequence[NDArray[np.uint8]]) -> Reel:
    """Each shown for three fields, then two: 24 pictures in 60 fields. Heights are multiples of 32."""
    return Reel(pictures, ([3, 2] * len(pictures))[: len(pictures)])


def spool(path: Path, *reels: Reel, container: str | None = None) -> list[Fraction]:
    """Write the reels one after the other; when each picture is shown, in seconds, at the times of a disc."""
    coded: list[_Coded] = []
    first = _FIRST
    for number, reel in enumerate(reels):
        coded += _coded(path.with_suffix(f".{number}.mkv"), reel, first)
        first = max(picture.shown + picture.fields for picture in coded)
    with (
        av.open(str(path.with_suffix(".0.mkv"))) as like,
        av.open(str(path), "w", format=container) as output,
    ):
        stream = output.add_stream_from_template(like.streams.video[0], opaque=True)
        for picture in coded:
            packet = av.Packet(picture.data)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 90000), picture.key
            packet.pts, packet.dts = (round(at * FIELD * 90000) for at in (picture.shown, picture.decoded))
            packet.duration = round(picture.fields * FIELD * 90000)
            output.mux(packet)
    return sorted(picture.shown * FIELD for picture in coded)


def _coded(path: Path, reel: Reel, first: int) -> Iterator[_Coded]:
    rate = "24000/1001" if reel.fields else "30000/1001"
    options = (
        "-c:v",
        "mpeg2video",
        "-bf",
        "2",
        "-g",
        "12",
        "-q:v",
        "2",
        "-pix_fmt",
        "yuv420p",
        *reel.options,
    )
    clips.make_clip(path, reel.pictures, rate, options)
    fields = reel.fields or [2] * len(reel.pictures)
    starts = [first + sum(fields[:index]) for index in range(len(fields))]
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux() if packet.size]
    places = {packet.pts: index for index, packet in enumerate(sorted(packets, key=lambda it: it.pts))}
    for index, packet in enumerate(packets):
        place = places[packet.pts]
        data, start = bytes(packet), starts[place]
        if reel.fields:
            data = flagged(data, fields[place], start % 2 == 0)
        # A picture is decoded when the one before it, in this order, is shown.
        decoded = starts[index - 1] if index else first - 3
        yield _Coded(data, packet.is_keyframe, start, decoded, fields[place])


def flagged(data: bytes, fields: int, top_first: bool) -> bytes:
    """An MPEG-2 picture of 30 a second, shown for so many fields (ISO/IEC 13818-2, 6.2.2.3 and 6.2.3.1)."""
    made, at = bytearray(data), 0
    while (at := made.find(b"\0\0\1", at)) >= 0:
        kind, extension = made[at + 3], made[at + 4] >> 4
        if kind == 0xB3:
            made[at + 7] = made[at + 7] & 0xF0 | _CODES["30000/1001"]
        elif kind == 0xB5 and extension == 1:
            made[at + 5] &= ~0x08  # progressive_sequence
        elif kind == 0xB5 and extension == 8:
            made[at + 7] = made[at + 7] & 0x7D | top_first << 7 | (fields == 3) << 1
            made[at + 8] |= 0x80  # progressive_frame
        at += 3
    return bytes(made)


def without_times(path: Path, every: int) -> None:
    """Leave a disc's video a time in each so-manieth packet only, as authoring programs do."""
    data, at, count = bytearray(path.read_bytes()), 0, 0
    while (at := data.find(b"\0\0\1\xe0", at)) >= 0:
        if data[at + 7] & 0x80:
            if count % every:
                length = data[at + 8]
                data[at + 7] &= 0x3F
                data[at + 9 : at + 9 + length] = b"\xff" * length
            count += 1
        at += 6 + struct.unpack(">H", data[at + 4 : at + 6])[0]
    path.write_bytes(data)
