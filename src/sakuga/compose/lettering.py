"""Words as a layer: subtitles with an outline, signs on a board, credits and titles."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sakuga.compose import words
from sakuga.compose.shot import Colour, Lettering

Layer = NDArray[np.float32]
"""Shape (H, W, 4), premultiplied, 0..1."""

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
PAINTS: tuple[Colour, ...] = (WHITE, WHITE, (1.0, 0.95, 0.55), (0.75, 0.95, 1.0), (1.0, 0.8, 0.85))
"""Of subtitles: white, and those that groups use beside it."""
BOARDS: tuple[tuple[Colour, Colour], ...] = (
    ((0.92, 0.9, 0.82), (0.15, 0.1, 0.08)),
    ((0.1, 0.3, 0.2), (0.95, 0.95, 0.9)),
    ((0.75, 0.12, 0.1), (1.0, 0.97, 0.9)),
    ((0.12, 0.2, 0.45), (1.0, 1.0, 1.0)),
    ((0.35, 0.22, 0.12), (0.95, 0.85, 0.6)),
)
"""Board and letters of signs."""
LEAST = 9
"""Pixels of a line below which words could not be read."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of lettering looks; heights are shares of the frame's."""

    height: tuple[float, float]
    rows: tuple[float, float]
    columns: tuple[float, float]
    stroke: float
    """Widest outline, as a share of a line's height."""
    turn: float
    """Degrees by which it is turned at most."""


MANNERS = {
    "subtitle": Manner((0.055, 0.08), (0.87, 0.92), (0.5, 0.5), 0.11, 0),
    "sign": Manner((0.05, 0.12), (0.12, 0.4), (0.15, 0.85), 0, 12),
    "credit": Manner((0.032, 0.045), (0.2, 0.8), (0.14, 0.86), 0.1, 0),
    "title": Manner((0.09, 0.17), (0.3, 0.6), (0.5, 0.5), 0.08, 0),
}


def drawn(kind: str, size: tuple[int, int], chance: np.random.Generator) -> Lettering | None:
    """Lettering of that kind for a frame of (height, width); None where it would be too small to be read."""
    manner, text = MANNERS[kind], words.WORDS[kind](chance)
    share, row, column, stroke = (
        float(chance.uniform(*each)) for each in (manner.height, manner.rows, manner.columns, (0.6, 1))
    )
    turn, paint, board = (
        chance.uniform(-1, 1),
        int(chance.integers(len(PAINTS))),
        int(chance.integers(len(BOARDS))),
    )
    height = round(share * size[0])
    if height < LEAST:
        return None
    signed = kind == "sign"
    return Lettering(
        kind=kind,
        text=_wrapped(text, height, size[1]),
        height=height,
        at=(row, column),
        colour=BOARDS[board][1] if signed else PAINTS[paint],
        outline=BLACK,
        stroke=0 if signed else max(1, round(stroke * manner.stroke * height)),
        angle=float(turn) * manner.turn,
        board=BOARDS[board][0] if signed else None,
    )


def lettered(lettering: Lettering) -> Layer:
    """Only as large as it has to be."""
    margin, row = lettering.height // 2 + lettering.stroke, round(1.25 * lettering.height)
    font, lines = ImageFont.load_default(lettering.height), lettering.text.split("\n")
    ruler = ImageDraw.Draw(Image.new("L", (1, 1)))
    widths = [round(ruler.textlength(line, font)) for line in lines]
    width, height = max(widths) + 2 * margin, row * len(lines) + 2 * margin
    ground = _levels(lettering.board or lettering.outline, 0 if lettering.board is None else 255)
    paper = Image.new("RGBA", (width, height), ground)
    pen, ink, outline = ImageDraw.Draw(paper), _levels(lettering.colour), _levels(lettering.outline)
    for number, (line, wide) in enumerate(zip(lines, widths, strict=True)):
        left = margin if lettering.kind == "credit" else (width - wide) // 2
        place = left, margin + number * row
        pen.text(place, line, ink, font, stroke_width=lettering.stroke, stroke_fill=outline)
    return _turned(_premultiplied(paper), lettering.angle)


def _premultiplied(paper: Image.Image) -> Layer:
    layer = np.asarray(paper).astype(np.float32) / np.float32(255)
    layer[..., :3] *= layer[..., 3:]
    return layer


def _turned(layer: Layer, angle: float) -> Layer:
    """About its middle, on a canvas that takes all of it."""
    if not angle:
        return layer
    height, width = layer.shape[:2]
    far = round(float(np.hypot(height, width)) / 2) + 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += far - width / 2, far - height / 2
    return np.asarray(cv2.warpAffine(layer, matrix, (2 * far, 2 * far), flags=cv2.INTER_LINEAR), np.float32)


def _wrapped(text: str, height: int, width: int) -> str:
    """In lines that fit into nine tenths of the frame."""
    letters = max(6, int(0.9 * width / (0.55 * height)))
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, letters))


def _levels(colour: Colour, alpha: int = 255) -> tuple[int, int, int, int]:
    red, green, blue = (round(255 * each) for each in colour)
    return red, green, blue, alpha
