"""Which packets and chapters belong to a part of a video."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from av.packet import Packet
from av.stream import Stream

from sakuga.media import pgs
from sakuga.media.container import codec_of
from sakuga.media.span import Span

if TYPE_CHECKING:
    from av.container.core import Chapter

_TEXT = frozenset({"ass", "mov_text", "ssa", "subrip", "text", "webvtt"})


class Cutter:
    """Decides for each packet of one stream, in order, whether it is inside a span."""

    def __init__(self, stream: Stream, origin: Fraction, span: Span) -> None:
        self._origin = origin
        self._length = span.length
        self._from_start = bool(span.start)
        self._text = stream.type == "subtitle" and codec_of(stream) in _TEXT
        self._video = stream.type == "video"
        self._segmented = codec_of(stream) == pgs.CODEC
        self._kept = self._begun = False
        self._first = Fraction(0)

    def keeps(self, packet: Packet[Stream]) -> bool:
        """Whether `packet` is kept; a line of text that reaches over an edge is shortened to it."""
        if not self._segmented or pgs.begins(packet):
            self._kept = self._is_inside(packet)
        return self._kept

    def _is_inside(self, packet: Packet[Stream]) -> bool:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            return self._begun
        begin = stamp * packet.time_base - self._origin
        if self._length is not None and self._ends(packet, begin) >= self._length:
            return False
        if self._text:
            return self._trimmed(packet, begin)
        if self._from_start and (begin < self._first or not (self._begun or packet.is_keyframe)):
            return False
        if self._video and not self._begun:
            # What is shown before the key frame but stored after it refers to what is cut off.
            self._first = begin
        self._begun = True
        return True

    def _ends(self, packet: Packet[Stream], begin: Fraction) -> Fraction:
        """What must be inside: its time; for video that of decoding, or pictures would lack references."""
        dts = packet.dts if self._video else None
        return begin if dts is None else dts * packet.time_base - self._origin

    def _trimmed(self, packet: Packet[Stream], begin: Fraction) -> bool:
        end = begin + (packet.duration or 0) * packet.time_base
        if self._from_start and begin < 0:
            if end <= 0:
                return False
            begin = Fraction(0)
            packet.pts = packet.dts = round(self._origin / packet.time_base)
        if self._length is not None:
            end = min(end, self._length)
        packet.duration = max(0, round((end - begin) / packet.time_base))
        return True


def cut_chapters(chapters: list[Chapter], span: Span) -> list[Chapter]:
    """The chapters that reach into `span`, cut to it; their times count from its start."""
    kept: list[Chapter] = []
    for chapter in chapters:
        unit = chapter["time_base"] or Fraction(1)
        last = chapter["end"] if span.length is None else min(chapter["end"], round(span.length / unit))
        chapter["start"], chapter["end"] = max(0, chapter["start"]), last
        if chapter["start"] < chapter["end"]:
            kept.append(chapter)
    return kept
