"""A shot as pure data: all that decides its pixels, drawn before any of them is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sakuga.compose.colour_script import Script
from sakuga.compose.motion import Camera
from sakuga.compose.panels import Box

Colour = tuple[float, float, float]
"""RGB, 0..1."""
Values = Mapping[str, Any]
"""Plain values."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What lies behind all else: a part of a drawing, or two colours without one."""

    file: str
    """From the folder of drawings; empty for a blend of `colours`."""
    box: Box
    size: tuple[int, int]
    """(height, width) that the box is brought to; at least the frame's."""
    flip: bool
    at: tuple[float, float]
    """Row and column of it that stand in the frame's corner in the middle of the shot."""
    depth: float
    """How far it moves where the camera moves by 1; far things move less."""
    blur: float
    """Deviation of its Gaussian in pixels: the lens is focused on the figures."""
    streak: float
    """Share of a frame for which the shutter is open; 0 for no blur along the pan."""
    script: Script
    colours: tuple[Colour, Colour] = ((0, 0, 0), (0, 0, 0))
    """Above and below, where there is no file."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody in the shot."""

    files: tuple[str, ...]
    """One, or the faces that are shown in turns."""
    box: Box
    size: tuple[int, int]
    flip: bool
    at: tuple[float, float]
    """Top and left in the middle of the shot."""
    depth: float
    pace: tuple[float, float]
    """Rows and columns by which it moves a frame, in steps of `hold`."""
    hold: int
    """Frames for which a drawing stands: 1, 2 or 3."""
    flap: int
    """Frames for which a face stands."""
    line: float
    """How much heavier lines are, -1..1; lighter below 0."""
    blur: float
    script: Script


@dataclass(frozen=True, slots=True)
class Effect:
    """One of the table of effects, with what it is told."""

    name: str
    told: Values


@dataclass(frozen=True, slots=True)
class Lettering:
    """Words on the picture."""

    kind: str
    """subtitle, sign, credit or title."""
    text: str
    height: int
    """Of a line, in pixels."""
    at: tuple[float, float]
    """Where its middle stands, as shares of the frame's height and width."""
    colour: Colour
    outline: Colour
    stroke: int
    """Pixels of the outline."""
    angle: float = 0.0
    """Degrees."""
    board: Colour | None = None
    """What a sign is painted on."""


@dataclass(frozen=True, slots=True)
class Fade:
    """To or from one colour."""

    level: float
    """Of black or white, 0 or 1."""
    first: int
    """Frame in which the picture is as far gone as it goes."""
    last: int
    """Frame in which it is all there; before `first` where it fades out."""
    most: float
    """How far gone it is, 0..1."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames `first` to `first + count - 1` of `length`."""

    number: int
    seed: int
    style: str
    size: tuple[int, int]
    """(height, width) of the frame."""
    length: int
    first: int
    count: int
    camera: Camera
    backdrop: Backdrop
    figures: Sequence[Figure]
    """The farthest first."""
    effects: Sequence[Effect]
    lettering: Sequence[Lettering]
    grain: float
    """Deviation in levels of 255; 0 for none."""
    fade: Fade | None

    @property
    def files(self) -> list[str]:
        """Of the drawings in it, each once."""
        faces = [file for figure in self.figures for file in figure.files]
        return list(dict.fromkeys(filter(None, [self.backdrop.file, *faces])))

    @property
    def told(self) -> dict[str, Any]:
        """As the manifest has it: plain values."""
        return asdict(self)
