"""The shape of stored samples in a Matroska file, which PyAV has no way to tell FFmpeg's writer.

Room is kept beforehand in the track's title; afterwards the title is set right and the display size put
beside it, without moving another byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

RESERVED = "\u2060sakuga keeps room for the display size here\u2060"
"""Goes in front of the video track's title while the file is written."""

_EBML, _SEGMENT, _TRACKS, _ENTRY = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae"
_NAME, _VIDEO, _VOID, _CRC = b"\x53\x6e", b"\xe0", b"\xec", b"\xbf"
_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT = b"\x54\xb0", b"\x54\xba", b"\x54\xb2"
_HEAD = 1 << 22


def set_aspect(path: Path, width: int, height: int, sar: Fraction) -> bool:
    """Give the track with the reserved title, of `width` x `height` samples, their shape.

    False where the file has no such track.
    """
    width, height = display_size(width, height, sar)
    with path.open("rb+") as file:
        head = file.read(_HEAD)
        for start, end in _tracks(head):
            payload = head[start:end]
            patched = _patched(payload, width, height)
            if patched is not None and len(patched) == len(payload):
                file.seek(start)
                file.write(patched)
                return True
    return False


def display_size(width: int, height: int, sar: Fraction) -> tuple[int, int]:
    """Whole numbers of just this ratio where there are any near the picture's height, else rounded ones."""
    ratio = Fraction(width, height) * sar
    steps = max(1, round(height / ratio.denominator))
    shown = ratio.numerator * steps, ratio.denominator * steps
    return shown if shown[1] < 2 * height else (max(1, round(width * sar)), height)


def _tracks(head: bytes) -> Iterator[tuple[int, int]]:
    """Where the payload of the Tracks element lies."""
    for identity, start, end in _elements(head, 0, len(head)):
        if identity == _SEGMENT:
            inside = _elements(head, start, min(end, len(head)))
            yield from ((a, b) for name, a, b in inside if name == _TRACKS and b <= len(head))


def _patched(tracks: bytes, width: int, height: int) -> bytes | None:
    """The payload of Tracks with the reserved entry made anew, and its checksum with it."""
    checked = tracks.startswith(_CRC)
    body = tracks[6:] if checked else tracks
    for identity, start, end in _elements(body, 0, len(body)):
        if identity == _ENTRY and RESERVED.encode() in body[start:end]:
            entry = _entry(body[start:end], width, height)
            body = body[:start] + entry + body[end:]
            return (_CRC + b"\x84" + zlib.crc32(body).to_bytes(4, "little") if checked else b"") + body
    return None


def _entry(payload: bytes, width: int, height: int) -> bytes:
    parts: list[bytes] = []
    for identity, start, end in _elements(payload, 0, len(payload)):
        data = payload[start:end]
        if identity == _NAME:
            title = data.decode().removeprefix(RESERVED)
            parts.append(_element(_NAME, title.encode()) if title else b"")
        elif identity == _VIDEO:
            parts.append(_element(_VIDEO, _shown(data, width, height)))
        else:
            parts.append(_element(identity, data))
    made = b"".join(parts)
    spare = len(payload) - len(made)
    return made + _VOID + _size(spare - 9, 8) + bytes(spare - 9)


def _shown(video: bytes, width: int, height: int) -> bytes:
    """The payload of Video with this display size in pixels instead of any other."""
    kept = [
        _element(identity, video[start:end])
        for identity, start, end in _elements(video, 0, len(video))
        if identity not in (_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT)
    ]
    size = _element(_DISPLAY_WIDTH, width.to_bytes(4)) + _element(_DISPLAY_HEIGHT, height.to_bytes(4))
    return b"".join(kept) + size


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(identity, start of payload, end of payload) of each element; one of unknown size reaches the end."""
    while start < end:
        identity = data[start : start + _width(data[start])]
        at = start + len(identity)
        width = _width(data[at])
        size = int.from_bytes(data[at : at + width]) & ((1 << 7 * width) - 1)
        unknown = size == (1 << 7 * width) - 1
        stop = end if unknown else at + width + size
        yield identity, at + width, stop
        start = stop


def _element(identity: bytes, payload: bytes) -> bytes:
    width = next(n for n in range(1, 9) if len(payload) < (1 << 7 * n) - 1)
    return identity + _size(len(payload), width) + payload


def _size(value: int, width: int) -> bytes:
    return (value | 1 << 7 * width).to_bytes(width)


def _width(first: int) -> int:
    """How many bytes a number of variable width has, by its first one."""
    return 9 - first.bit_length()
