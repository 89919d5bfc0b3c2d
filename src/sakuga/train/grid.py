"""Where patches are cut: on a grid that covers a picture, on the released one, or at random."""

from __future__ import annotations

from typing import Literal

import numpy as np

Grid = Literal["cover", "released"]
Corner = tuple[int, int]
"""(top, left) in pixels of GT."""


def corners(size: tuple[int, int], side: int, grid: Grid = "cover", multiple: int = 1) -> list[Corner]:
    """Top-left corners of all patches of a picture (height, width), row by row.

    cover: as few as reach every pixel, the last row and column moved inwards, at multiples of `multiple`.
    released: beside each other from the corner on, what is left over is left out (APISR's released code).
    A picture that is smaller than a patch has none. With sides that are no multiples of `multiple` the last
    few pixels, fewer than that, stay out.
    """
    rows, columns = (_starts(length, side, grid, multiple) for length in size)
    return [(top, left) for top in rows for left in columns]


def _starts(length: int, side: int, grid: Grid, multiple: int) -> list[int]:
    if length < side:
        return []
    if grid == "released":
        return list(range(0, length - side + 1, side))
    last = (length - side) // multiple * multiple
    count = -(-last // side) + 1
    return [round(last * index / max(1, count - 1) / multiple) * multiple for index in range(count)]


def anywhere(size: tuple[int, int], side: int, multiple: int, chance: np.random.Generator) -> Corner:
    """One corner, every one at a multiple of `multiple` as likely, those of the last row and column too."""
    height, width = ((length - side) // multiple + 1 for length in size)
    return int(chance.integers(height)) * multiple, int(chance.integers(width)) * multiple
