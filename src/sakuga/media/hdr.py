"""The light that an HDR master was graded for, read from a frame and told to the encoders."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Self, cast

import av
from av.sidedata.sidedata import SideDataContainer, Type


@dataclass(frozen=True, slots=True)
class Hdr:
    """SMPTE ST 2086 mastering display and CTA-861.3 content light, as far as the source tells them."""

    primaries: tuple[Fraction, ...] = ()
    """Chromaticities red x, red y, green x, green y, blue x, blue y, white x, white y; empty if unknown."""
    luminance: tuple[Fraction, ...] = ()
    """Least and greatest luminance of the mastering display in cd/m²; empty if unknown."""
    light: tuple[int, ...] = ()
    """Greatest content light level and greatest frame average, in cd/m²; empty if unknown."""

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Self | None:
        """What `frame` carries, or None where it carries nothing."""
        primaries, luminance = _mastering(side_data(frame, Type.MASTERING_DISPLAY_METADATA))
        light = side_data(frame, Type.CONTENT_LIGHT_LEVEL)
        found = cls(primaries, luminance, struct.unpack("=II", light[:8]) if light else ())
        return None if found == cls() else found

    def x26x(self) -> dict[str, str]:
        """Options as x265 names them: chromaticities in units of 0.00002, luminances of 0.0001."""
        options: dict[str, str] = {}
        if self.primaries and self.luminance:
            red, green, blue, white = self._points(50000)
            low, high = (round(value * 10000) for value in self.luminance)
            options["master-display"] = f"G{green}B{blue}R{red}WP{white}L({high},{low})"
        return options | ({"max-cll": "{},{}".format(*self.light)} if self.light else {})

    def svt(self) -> dict[str, str]:
        """Options of SVT-AV1, which takes plain numbers."""
        options: dict[str, str] = {}
        if self.primaries and self.luminance:
            pairs = [float(value) for value in self.primaries]
            red, green, blue, white = (f"({pairs[i]:.5f},{pairs[i + 1]:.5f})" for i in (0, 2, 4, 6))
            low, high = (float(value) for value in self.luminance)
            options["mastering-display"] = f"G{green}B{blue}R{red}WP{white}L({high:.4f},{low:.4f})"
        return options | ({"content-light": "{},{}".format(*self.light)} if self.light else {})

    def _points(self, unit: int) -> list[str]:
        counts = [round(value * unit) for value in self.primaries]
        return [f"({counts[i]},{counts[i + 1]})" for i in (0, 2, 4, 6)]


def side_data(frame: av.VideoFrame, kind: Type) -> bytes:
    """The bytes of one kind of side data of `frame`; empty where it has none."""
    entries = cast("SideDataContainer", frame.side_data)
    return next((bytes(cast("bytes", entry)) for entry in entries if entry.type == kind), b"")


def _mastering(data: bytes) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """FFmpeg's AVMasteringDisplayMetadata: ten rationals of two ints each, then two flags."""
    if len(data) < 88:
        return (), ()
    numbers = struct.unpack("=22i", data[:88])
    values = [Fraction(numbers[i], numbers[i + 1] or 1) for i in range(0, 20, 2)]
    has_primaries, has_luminance = numbers[20:]
    return tuple(values[:8]) if has_primaries else (), tuple(values[8:]) if has_luminance else ()
