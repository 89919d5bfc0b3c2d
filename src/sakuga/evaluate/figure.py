"""The figure of a paper: the same parts of several pictures side by side, with labels below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sakuga.errors import InputError
from sakuga.evaluate.lettering import Letters
from sakuga.media.plain import Rgb, read_rgb, write_rgb

WIDE = 2000
"""Pixels across that a figure has room for where no zoom is given."""
CLOSEST = 8
"""The largest zoom that is chosen."""
GAP = 6
PAPER, INK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of the largest picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def parsed(cls, text: str) -> Crop:
        """From `x,y,width,height`. Raises InputError."""
        try:
            left, top, width, height = map(int, text.split(","))
        except ValueError:
            raise InputError(f"--crop {text}: give four whole numbers, x,y,width,height.") from None
        if min(left, top) < 0 or min(width, height) < 1:
            raise InputError(f"--crop {text}: x and y are 0 or more, width and height 1 or more.")
        return cls(left, top, width, height)


def compare(
    files: Sequence[Path],
    out: Path,
    *,
    crops: Sequence[Crop],
    labels: Sequence[str],
    font: Letters,
    zoom: int | None = None,
) -> tuple[int, int]:
    """Draw the figure `out`, a column for each file and a row for each crop; give its width and height.

    Smaller pictures are enlarged pixel by pixel. Raises InputError where a picture cannot be read or has
    another shape than the largest, and where a crop reaches out of it.
    """
    if zoom is not None and zoom < 1:
        raise InputError(f"--zoom is {zoom}; it is a whole number, 1 or more.")
    if any(out.exists() and out.samefile(file) for file in files if file.exists()):
        raise InputError(f"{out} is one of the pictures to compare; choose another --out.")
    pictures = [read_rgb(file) for file in files]
    height, width = max((picture.shape[:2] for picture in pictures), key=lambda size: size[0] * size[1])
    for file, picture in zip(files, pictures, strict=True):
        _demand_shape(file, picture, height, width)
    rows = [
        [_part(picture, crop, (height, width), _zoom(crop, len(files), zoom)) for picture in pictures]
        for crop in _inside(crops, height, width)
    ]
    figure = drawn([[_fitting(cell, len(files), zoom) for cell in row] for row in rows], labels, font)
    write_rgb(out, figure)
    return figure.shape[1], figure.shape[0]


def drawn(rows: Sequence[Sequence[Rgb]], labels: Sequence[str], font: Letters) -> Rgb:
    """Rows of equally many cells, and their columns' labels below, (H, W, 3)."""
    widths = [max(row[column].shape[1] for row in rows) for column in range(len(labels))]
    size = max(14, min(36, min(widths) // 9))
    words = [_wrapped(label, width, font, size) for label, width in zip(labels, widths, strict=True)]
    below = round(1.3 * size) * max(map(len, words)) + GAP
    heights = [row[0].shape[0] for row in rows]
    paper = Image.new(
        "RGB", (sum(widths) + GAP * (len(widths) + 1), sum(heights) + GAP * len(rows) + GAP + below), PAPER
    )
    pen, left = ImageDraw.Draw(paper), GAP
    for column, width in enumerate(widths):
        top = GAP
        for row, height in zip(rows, heights, strict=True):
            paper.paste(Image.fromarray(row[column]), (left + (width - row[column].shape[1]) // 2, top))
            top += height + GAP
        for number, line in enumerate(words[column]):
            place = left + width / 2, top + round(1.3 * size) * number
            pen.text(place, line, INK, font(size), anchor="ma")
        left += width + GAP
    return np.asarray(paper)


def _inside(crops: Sequence[Crop], height: int, width: int) -> Sequence[Crop]:
    for crop in crops:
        if crop.left + crop.width > width or crop.top + crop.height > height:
            told = f"{crop.left},{crop.top},{crop.width},{crop.height}"
            raise InputError(f"--crop {told} reaches out of the largest picture, which is {width}x{height}.")
    return crops or [Crop(0, 0, width, height)]


def _demand_shape(file: Path, picture: Rgb, height: int, width: int) -> None:
    """Up to the pixel that rounding costs."""
    if abs(picture.shape[0] * width - picture.shape[1] * height) > max(height, width):
        raise InputError(
            f"{file} is {picture.shape[1]}x{picture.shape[0]}, the largest picture {width}x{height}: their"
            " shapes differ."
        )


def _zoom(crop: Crop, columns: int, wanted: int | None) -> int:
    return wanted or max(1, min(CLOSEST, WIDE // (columns * crop.width)))


def _part(picture: Rgb, crop: Crop, size: tuple[int, int], zoom: int) -> Rgb:
    """The crop at `zoom`: each pixel of it shows the one of `picture` that its middle falls on."""
    rows, columns = (
        np.minimum(((first + (np.arange(length * zoom) + 0.5) / zoom) * own / whole).astype(int), own - 1)
        for first, length, own, whole in (
            (crop.top, crop.height, picture.shape[0], size[0]),
            (crop.left, crop.width, picture.shape[1], size[1]),
        )
    )
    return picture[rows[:, None], columns]


def _fitting(cell: Rgb, columns: int, zoom: int | None) -> Rgb:
    """Without a zoom that was asked for: reduced where all columns together are too wide."""
    room = WIDE // columns
    if zoom is not None or cell.shape[1] <= room:
        return cell
    rows = max(1, round(cell.shape[0] * room / cell.shape[1]))
    return cast("Rgb", cv2.resize(cell, (room, rows), interpolation=cv2.INTER_AREA))


def _wrapped(label: str, width: int, font: Letters, size: int) -> list[str]:
    """Lines that are no wider than `width`, as far as letters allow."""
    letters = font(size)
    for count in range(len(label), 0, -1):
        lines = textwrap.wrap(label, count) or [""]
        if all(letters.getlength(line) <= width for line in lines):
            return lines
    return list(label) or [""]
