"""The proof that an output holds what it should: counts and times of every stream, read back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
from av.packet import Packet
from av.stream import AttachmentStream, Disposition, Stream

from sakuga.errors import InputError, VerifyError
from sakuga.media import pgs
from sakuga.media.container import clock, codec_of, describe, marks_of, opened, packets, promised_end

_PADDED = frozenset({"mov_text"})
_SLACK = 0.25


@dataclass(slots=True)
class Tally:
    """What passed through one stream."""

    label: str
    """The stream in the words of a track menu."""
    kind: str
    """video, audio, subtitle, data or attachment."""
    codec: str | None
    aside: bool
    """Whether it is an attachment or a cover, which some containers keep apart from the tracks."""
    tick: Fraction
    """Seconds per unit of its timestamps."""
    marks: tuple[str, ...] = ()
    """Its title, language and dispositions, in words."""
    count: int = 0
    """Of packets, or of what `_measure` counts instead."""
    first: Fraction | None = None
    """Earliest presentation time in seconds."""
    last: Fraction | None = None
    """Latest presentation time in seconds; that of its end where packets can be divided anywhere."""
    end: Fraction = Fraction(0)
    """When its last packet ends, in seconds."""
    checksum: int = 0
    """CRC-32 of an attachment's or cover's bytes."""

    @classmethod
    def of(cls, stream: Stream) -> Tally:
        """An empty tally of `stream`; full already for an attachment, which has no packets."""
        attached = isinstance(stream, AttachmentStream)
        return cls(
            label=describe(stream),
            kind=stream.type,
            codec=codec_of(stream),
            aside=attached or bool(stream.disposition & Disposition.attached_pic),
            tick=stream.time_base or Fraction(1, av.time_base),
            marks=marks_of(stream),
            checksum=zlib.crc32(stream.data) if attached else 0,
        )

    def add(self, packet: Packet[Stream], origin: Fraction = Fraction(0)) -> None:
        """Count a packet, its time reckoned from `origin` seconds."""
        self.count += self._measure(packet)
        if self.aside:
            self.checksum = zlib.crc32(cast("bytes", packet))
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None and self._is_timed(packet):
            self.place(stamp * packet.time_base - origin, (packet.duration or 0) * packet.time_base)

    def _measure(self, packet: Packet[Stream]) -> int:
        """What of `packet` is the same however a container divides the stream into packets."""
        if self.divisible:
            return packet.size
        return pgs.ended(packet) if self.codec == pgs.CODEC else 1

    def _is_timed(self, packet: Packet[Stream]) -> bool:
        """Whether its time is that of a whole: of the segments of a Blu-ray's subtitle only the first."""
        return self.codec != pgs.CODEC or pgs.begins(packet)

    @property
    def unit(self) -> str:
        """What is counted."""
        return "bytes" if self.divisible else "subtitles" if self.codec == pgs.CODEC else "packets"

    @property
    def divisible(self) -> bool:
        """Whether its packets are plain samples, which containers cut and join as they like."""
        return (self.codec or "").startswith("pcm_")

    def place(self, time: Fraction, duration: Fraction) -> None:
        """Widen the span from the first to the last time."""
        self.first = time if self.first is None else min(self.first, time)
        late = time + duration if self.divisible else time
        self.last = late if self.last is None else max(self.last, late)
        self.end = max(self.end, time + duration)


def tally(path: Path) -> tuple[list[Tally], float]:
    """Read a file's streams through, without decoding; also when it ends by its own header."""
    with opened(path) as container:
        tallies = {stream.index: Tally.of(stream) for stream in container.streams}
        for packet in packets(container):
            tallies[packet.stream_index].add(packet)
        return list(tallies.values()), promised_end(container)


def verify(
    path: Path, expected: Sequence[Tally], name: Path, decoded: int | None = None, written: int | None = None
) -> None:
    """Raise VerifyError, naming `name`, unless the file at `path` holds the `expected` streams in order.

    Packet counts must be equal, first and last times within one tick of the coarser clock. Data tracks
    beside the expected ones are allowed: MP4 writes its chapters as such. `decoded` frames of the source
    must have been `written`, where both are known.
    """
    if None not in (decoded, written) and decoded != written:
        raise VerifyError(f"{name} was given {written} of the source's {decoded} frames.")
    try:
        found, length = tally(path)
    except (InputError, av.error.FFmpegError) as error:
        raise VerifyError(f"{name} was written, but cannot be read back.") from error
    _compare(tracks(expected), tracks(found), name)
    wanted, present = ({entry.checksum for entry in group if entry.aside} for group in (expected, found))
    if not wanted <= present:
        lost = ", ".join(entry.label for entry in expected if entry.aside and entry.checksum not in present)
        raise VerifyError(f"{name} was written, but lacks {lost}.")
    end = max((float(entry.end) for entry in expected), default=0.0)
    if abs(end - length) > _SLACK:
        raise VerifyError(
            f"{name} was written, but ends at {clock(length)} where the source ends at {clock(end)}."
        )


def _compare(expected: Sequence[Tally], found: Sequence[Tally], name: Path) -> None:
    if [(entry.kind, entry.codec) for entry in expected] != [(entry.kind, entry.codec) for entry in found]:
        raise VerifyError(f"{name} was written, but holds {_list(found)} where {_list(expected)} belongs.")
    for want, got in zip(expected, found, strict=True):
        fault = None if want.codec in _PADDED else _fault(want, got)
        if fault:
            raise VerifyError(f"{name} was written, but its {want.label} {fault}.")


def _fault(want: Tally, got: Tally) -> str | None:
    if want.count != got.count:
        return f"has {got.count} {want.unit} where the source has {want.count}"
    slack = max(want.tick, got.tick)
    # Where the end is a time and a duration, both are rounded.
    late = 2 * slack if want.divisible else slack
    for edge, a, b, far in (("begins", want.first, got.first, slack), ("ends", want.last, got.last, late)):
        if a is not None and (b is None or abs(a - b) > far):
            return f"{edge} at {clock(float(b or 0))} where the source {edge} at {clock(float(a))}"
    return None


def tracks(entries: Iterable[Tally]) -> list[Tally]:
    """Those that a container keeps in order: no covers, no attachments, no data."""
    return [entry for entry in entries if not entry.aside and entry.kind != "data"]


def _list(entries: Sequence[Tally]) -> str:
    return "; ".join(entry.label for entry in entries) or "nothing"
