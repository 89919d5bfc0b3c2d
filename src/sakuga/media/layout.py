"""The shapes of pictures: what is read from a file, and what a file to write will hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sakuga.media.frames import Pixels

Depth = Literal["uint8", "uint16"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, or one full-canvas frame of an animation, upright and full range."""

    pixels: Pixels
    """Shape (H, W, 3) RGB or (H, W, 1) grey, uint8 or uint16."""
    alpha: Pixels | None
    """Shape (H, W, 1), same dtype; 0 is transparent. None where the file has none."""
    duration: float
    """Milliseconds shown; 0 for a still."""


@dataclass(frozen=True, slots=True)
class PictureLayout:
    """The shape of a picture file to write."""

    width: int
    height: int
    channels: int
    """1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha."""
    dtype: Depth
    """Of the rows that will come; formats of 8 bits round deeper rows."""

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or not 1 <= self.channels <= 4:
            raise ValueError(
                f"no picture has {self.width} x {self.height} pixels of {self.channels} channels"
            )
        if self.dtype not in ("uint8", "uint16"):
            raise ValueError(f"pictures hold uint8 or uint16, not {self.dtype}")

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of pixels, unfiltered."""
        return self.width * self.channels * np.dtype(self.dtype).itemsize

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is alpha."""
        return self.channels in (2, 4)


def layout_of(pixels: Pixels) -> PictureLayout:
    """The layout of a whole picture (H, W, channels)."""
    height, width, channels = pixels.shape
    return PictureLayout(width, height, channels, "uint16" if pixels.dtype == np.uint16 else "uint8")


def eight_bits(pixels: Pixels) -> Pixels:
    """The same values as uint8; 16-bit ones rounded to the nearest of 256 levels."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def checked(bands: Iterable[Pixels], layout: PictureLayout) -> Iterator[Pixels]:
    """The bands as they come; ValueError if they do not make up exactly the picture of `layout`."""
    left = layout.height
    for band in bands:
        if band.shape[1:] != (layout.width, layout.channels) or band.dtype != layout.dtype:
            raise ValueError(f"a band of shape {band.shape}, {band.dtype} does not fit {layout}")
        left -= len(band)
        if left < 0:
            break
        if len(band):
            yield band
    if left:
        raise ValueError(
            f"the bands hold {layout.height - left} rows or more, not the {layout.height} of {layout}"
        )


def blocks(bands: Iterable[Pixels], layout: PictureLayout, rows: int) -> Iterator[Pixels]:
    """The rows of all bands in blocks of `rows` (the last may be shorter), each in memory of its own."""
    block, filled, left = _block(layout, rows), 0, layout.height
    for band in checked(bands, layout):
        taken = 0
        while taken < len(band):
            count = min(len(block) - filled, len(band) - taken)
            block[filled : filled + count] = band[taken : taken + count]
            taken, filled, left = taken + count, filled + count, left - count
            if filled == len(block):
                yield block
                block, filled = _block(layout, min(rows, left)), 0


def _block(layout: PictureLayout, rows: int) -> Pixels:
    return np.empty((min(rows, layout.height), layout.width, layout.channels), layout.dtype)


def rows_of(layout: PictureLayout, size: int) -> int:
    """How many rows make up about `size` bytes, at least one."""
    return max(1, size // layout.row_bytes)
