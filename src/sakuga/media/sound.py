"""Sound in a form that a container cannot hold, such as the LPCM of discs, decoded into one that it can."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol, cast

import av
import av.error
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from sakuga.media.cutting import Cutter
from sakuga.media.verify import Tally

_SHORT = frozenset({"u8", "u8p", "s16", "s16p"})
_FORMATS = {"pcm_s16le": "s16", "pcm_s24le": "s32"}


class _Sounds(Protocol):
    """What PyAV's stubs leave half untyped."""

    def add_stream(self, codec_name: str, rate: int, **settings: object) -> AudioStream: ...

    def decode(self, packet: Packet[Stream] | None) -> list[av.AudioFrame]: ...

    def encode(self, frame: av.AudioFrame) -> list[Packet[Stream]]: ...


def pcm_for(stream: AudioStream) -> str:
    """FFmpeg's name of the plain samples that hold all that `stream` decodes to."""
    return "pcm_s16le" if stream.codec_context.format.name in _SHORT else "pcm_s24le"


def add_pcm(output: OutputContainer, stream: AudioStream) -> AudioStream:
    """Give the output a stream of plain samples for the sound of `stream`."""
    codec = pcm_for(stream)
    settings = {"layout": stream.layout, "format": _FORMATS[codec]}
    copy = cast("_Sounds", output).add_stream(codec, stream.rate, **settings)
    copy.time_base = Fraction(1, stream.rate)
    return copy


class DecodedTrack:
    """The sound of one stream on its way into an output as plain samples, each at its own time."""

    def __init__(
        self, stream: AudioStream, copy: AudioStream, origin: Fraction, cutter: Cutter | None
    ) -> None:
        self.tally = Tally.of(stream)
        self.tally.codec = pcm_for(stream)
        self._copy, self._origin, self._cutter = copy, origin, cutter
        self._decoder = cast("_Sounds", stream.codec_context)
        self._resampler = av.AudioResampler(_FORMATS[self.tally.codec], stream.layout, stream.rate)
        self._next = 0
        self.damaged = 0
        """Packets that could not be decoded, which leave a gap."""

    def admit(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """The packets of samples that `packet` decodes to; none where it is damaged."""
        if self._cutter and not self._cutter.keeps(packet):
            return []
        return self._stored(packet)

    def rest(self) -> list[Packet[Stream]]:
        """What the decoder still holds."""
        return self._stored(None)

    def _stored(self, packet: Packet[Stream] | None) -> list[Packet[Stream]]:
        try:
            frames = self._decoder.decode(packet)
        except av.error.FFmpegError:
            self.damaged += 1
            return []
        packets: list[Packet[Stream]] = []
        for frame in frames:
            begin, tick = self._begin(frame), Fraction(1, self._copy.rate)
            frame.pts = None
            for piece in self._resampler.resample(frame):
                piece.pts, piece.time_base = begin, tick
                begin = self._next = begin + piece.samples
                packets += cast("_Sounds", self._copy).encode(piece)
        for each in packets:
            self.tally.add(each)
        return packets

    def _begin(self, frame: av.AudioFrame) -> int:
        """When the first sample is heard, in samples of the output."""
        if frame.pts is None or frame.time_base is None:
            return self._next
        return max(self._next, round((frame.pts * frame.time_base - self._origin) * self._copy.rate))
