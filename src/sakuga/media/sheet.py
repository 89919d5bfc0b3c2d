"""A contact sheet: pictures side by side in rows, each row with words below it, as one picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sakuga.media.plain import Rgb

GAP = 8
LINE = 18
PAPER, INK = (24, 24, 28), (228, 228, 228)


@dataclass(frozen=True, slots=True)
class Row:
    """Pictures that belong together; smaller ones are enlarged, pixel by pixel, to the first one's height."""

    pictures: Sequence[Rgb]
    words: str


def sheet(rows: Sequence[Row]) -> Rgb:
    """All rows below each other, (H, W, 3)."""
    pictures = [[_enlarged(picture, row.pictures[0].shape[0]) for picture in row.pictures] for row in rows]
    widths = [sum(picture.shape[1] + GAP for picture in row) + GAP for row in pictures]
    width = max(widths, default=GAP)
    words = [textwrap.wrap(row.words, max(12, (width - 2 * GAP) // 8)) for row in rows]
    heights = [
        row[0].shape[0] + LINE * len(text) + 2 * GAP for row, text in zip(pictures, words, strict=True)
    ]
    paper = Image.new("RGB", (width, sum(heights) + GAP), PAPER)
    top = GAP
    for row, text, height in zip(pictures, words, heights, strict=True):
        _put(paper, row, text, top)
        top += height
    return np.asarray(paper)


def _put(paper: Image.Image, row: Sequence[Rgb], text: Sequence[str], top: int) -> None:
    pen, font, left = ImageDraw.Draw(paper), ImageFont.load_default(14), GAP
    for picture in row:
        paper.paste(Image.fromarray(picture), (left, top))
        left += picture.shape[1] + GAP
    for number, line in enumerate(text):
        pen.text((GAP, top + row[0].shape[0] + 2 + LINE * number), line, INK, font)


def _enlarged(picture: Rgb, height: int) -> Rgb:
    factor = max(1, height // picture.shape[0])
    return np.repeat(np.repeat(picture, factor, 0), factor, 1)
