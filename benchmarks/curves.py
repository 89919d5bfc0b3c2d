"""The curves that a run keeps, as one small picture: a panel for each name, smoothed values over steps."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, LEFT, TOP = 300, 150, 44, 22
PAPER, INK, GRID, LINE, RAW = (255, 255, 255), (40, 40, 40), (225, 225, 225), (190, 60, 40), (235, 200, 190)


def read(path: Path) -> dict[str, list[tuple[int, float]]]:
    """Name -> (step, value); of a step that was made twice, the later."""
    found: dict[str, dict[int, float]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["name"], {})[int(row["step"])] = float(row["value"])
    return {name: sorted(values.items()) for name, values in found.items()}


def drawn(path: Path, names: Sequence[str], columns: int = 3) -> Image.Image:
    """Of a curves.csv, those `names` that it has."""
    curves = {name: values for name, values in read(path).items() if name in names}
    rows = -(-len(curves) // columns)
    paper = Image.new("RGB", (columns * WIDTH, rows * HEIGHT), PAPER)
    for place, name in enumerate(name for name in names if name in curves):
        paper.paste(_panel(name, curves[name]), (place % columns * WIDTH, place // columns * HEIGHT))
    return paper


def _panel(name: str, values: Sequence[tuple[int, float]]) -> Image.Image:
    panel = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen, font = ImageDraw.Draw(panel), ImageFont.load_default(11)
    steps, raw = (np.array(each, float) for each in zip(*values, strict=True))
    low, high = 0.0, float(raw.max()) or 1.0
    across = LEFT + (WIDTH - LEFT - 12) * (steps - steps.min()) / max(1.0, np.ptp(steps))
    for level in (low, (low + high) / 2, high):
        y = _height(level, low, high)
        pen.line((LEFT, y, WIDTH - 12, y), GRID)
        pen.text((LEFT - 4, y), f"{level:.2g}", INK, font, anchor="rm")
    for curve, colour, width in ((raw, RAW, 1), (_smooth(raw), LINE, 2)):
        points = [(float(x), _height(float(y), low, high)) for x, y in zip(across, curve, strict=True)]
        pen.line(points, colour, width)
    pen.text((LEFT, 4), f"{name}, steps {int(steps[0])} to {int(steps[-1])}", INK, font)
    return panel


def _height(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - 12) * (1 - (value - low) / (high - low))


def _smooth(values: np.ndarray, share: float = 0.7) -> np.ndarray:
    kept = values.copy()
    for index in range(1, len(kept)):
        kept[index] = share * kept[index - 1] + (1 - share) * kept[index]
    return kept
