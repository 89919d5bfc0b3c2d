"""The segments of a Blu-ray's subtitles, which containers keep one by one or joined to whole subtitles."""

from __future__ import annotations

from typing import cast

from av.packet import Packet
from av.stream import Stream

CODEC = "hdmv_pgs_subtitle"
_COMPOSITION, _END = b"\x16", 0x80


def begins(packet: Packet[Stream]) -> bool:
    """Whether a subtitle begins with `packet`: the time of that segment is when it is shown."""
    return bytes(cast("bytes", packet))[:1] == _COMPOSITION


def ended(packet: Packet[Stream]) -> int:
    """How many subtitles end in `packet`: segments have a byte of kind, two of length, and their payload."""
    segments, at, count = bytes(cast("bytes", packet)), 0, 0
    while at + 3 <= len(segments):
        count += segments[at] == _END
        at += 3 + int.from_bytes(segments[at + 1 : at + 3])
    return count
