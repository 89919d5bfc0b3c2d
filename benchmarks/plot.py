"""A plain plot of a few curves, drawn with Pillow, so that benchmarks need nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 460, 300
EDGES = 52, 30, 14, 40
"""Pixels left, above, right and below of the field."""
INKS = ("#1f5fa8", "#c8501e", "#2b8a4b", "#777777")
FINE = 2
"""Drawn so many times as large, and reduced."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What one field shows; curves are points (x, y), by name."""

    title: str
    below: str
    curves: Mapping[str, Sequence[tuple[float, float]]]


def drawn(plots: Sequence[Plot]) -> Image.Image:
    """All of them beside each other, with one legend below."""
    width, height = SIZE[0] * len(plots), SIZE[1] + 16 * len(plots[0].curves) + 12
    paper = Image.new("RGB", (width * FINE, height * FINE), "white")
    pen = ImageDraw.Draw(paper)
    for number, plot in enumerate(plots):
        _field(pen, plot, number * SIZE[0])
    for number, name in enumerate(plots[0].curves):
        top = SIZE[1] + 16 * number
        _line(pen, [(EDGES[0], top + 8), (EDGES[0] + 24, top + 8)], INKS[number], 2)
        _words(pen, (EDGES[0] + 32, top + 8), name, "lm")
    return paper.resize((width, height), Image.Resampling.LANCZOS)


def _field(pen: ImageDraw.ImageDraw, plot: Plot, left: float) -> None:
    points = np.array([point for curve in plot.curves.values() for point in curve])
    low, high = points.min(0), points.max(0)
    every = 0.1 if high[1] - low[1] < 0.8 else 0.5
    low[1], high[1] = np.floor(low[1] / every) * every, np.ceil(high[1] / every) * every
    corner = np.array((left + EDGES[0], EDGES[1]))
    room = np.array(SIZE) - (EDGES[0] + EDGES[2], EDGES[1] + EDGES[3])

    def place(x: float, y: float) -> tuple[float, float]:
        share = (np.array((x, y)) - low) / np.maximum(high - low, 1e-9)
        at = corner + room * (share[0], 1 - share[1])
        return float(at[0]), float(at[1])

    for y in np.arange(low[1], high[1] + 1e-6, every):
        _line(pen, [place(low[0], y), place(high[0], y)], "#dddddd", 1)
        _words(pen, (corner[0] - 6, place(low[0], y)[1]), f"{y:.1f}", "rm")
    for x in np.linspace(low[0], high[0], 3):
        _words(pen, (place(x, low[1])[0], corner[1] + room[1] + 6), f"{x:.0f}", "mt")
    _words(pen, (corner[0], EDGES[1] - 10), plot.title, "lb")
    _words(pen, (corner[0] + room[0] / 2, SIZE[1] - 20), plot.below, "mt")
    for curve, ink in zip(plot.curves.values(), INKS, strict=False):
        _line(pen, [place(*point) for point in curve], ink, 2)


def _line(pen: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], ink: str, width: int) -> None:
    pen.line([(x * FINE, y * FINE) for x, y in points], ink, width * FINE, joint="curve")


def _words(pen: ImageDraw.ImageDraw, at: tuple[float, float], words: str, anchor: str) -> None:
    font = ImageFont.load_default(12 * FINE)
    pen.text((at[0] * FINE, at[1] * FINE), words, "#222222", font, anchor)
