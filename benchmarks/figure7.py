"""APISR's figure 7, measured: pictures compressed alone against the same pictures compressed as a film.

    python benchmarks/figure7.py [../shared/data] [--out figure7.png] [--frames 12] [--webp docs/figure7.webp]

A clip of real drawings that moves goes through each codec twice at the same setting: each frame as a stream
of its own, and all as one stream. Prints a table and draws a page: a detail, what is wrong with its luma
(grey is right, three times as strong), and the error's spectrum, averaged over directions and frames.

Lines are the dark, thin parts of the drawing (luma below its closing by 30 levels). `at lines` is the error
within 2 pixels of them over the error elsewhere; `contrast` is how much of a line's depth is left.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import held
from sakuga.degrade.clip import Frames
from sakuga.degrade.codecs import CODECS, compress

QUALITY = {"mpeg2": 12, "mpeg4": 12, "h264": 30, "h265": 32, "av1": 45, "vp9": 45}
SIZE = (384, 288)
DEEP = 30
"""Levels by which a line is darker than its surroundings."""
DETAIL = (156, 44, 96)
"""Left, top and side of what is shown of the last frame."""
CELL, GAP, HEAD, LEFT = 192, 8, 56, 108
ALONE, TOGETHER, INK, PALE = (214, 84, 20), (20, 100, 190), (30, 30, 30), (215, 215, 215)
BINS = 48
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Result:
    """What one way of compressing did to a clip."""

    frames: Frames
    size: int
    error: Plane
    """(N, H, W) of luma, in levels."""
    spectrum: Plane
    """(BINS,) decibels of the error's power, from 0 to half a cycle per pixel."""
    psnr: float
    at_lines: float
    contrast: float


def luma(frames: Frames) -> Plane:
    return frames @ np.array((0.299, 0.587, 0.114), np.float32)


def depth(plane: Plane) -> Plane:
    """By how much each pixel is darker than what surrounds a thin line there."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    return np.stack([cv2.morphologyEx(each, cv2.MORPH_CLOSE, kernel) - each for each in plane])


def near(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All within 2 pixels."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    return np.stack([cv2.dilate(each.astype(np.uint8), disc) > 0 for each in lines])


def spectrum(error: Plane) -> Plane:
    """Power by frequency, mean over directions and frames, in decibels of a level squared."""
    window = np.outer(np.hanning(error.shape[1]), np.hanning(error.shape[2])).astype(np.float32)
    # Rounding to limited range and back shifts a picture by parts of a level, which is no part of this.
    varying = error - error.mean((1, 2), keepdims=True)
    power = np.mean(np.abs(np.fft.fft2(varying * window)) ** 2, 0) / (window**2).sum()
    frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, error.shape[1:]), indexing="ij"))
    place = np.minimum((frequency * 2 * BINS).astype(int), BINS)
    total = np.bincount(place.ravel(), power.ravel(), BINS + 1)[:BINS]
    return 10 * np.log10(total / np.bincount(place.ravel(), minlength=BINS + 1)[:BINS] + 1e-3)


def result(clean: Frames, codec: str, together: bool) -> Result:
    made = compress(clean, codec, QUALITY[codec], together=together)
    before, after = luma(clean), luma(made.frames)
    error, lines = after - before, depth(before) > DEEP
    beside = near(lines)
    square = np.mean((made.frames.astype(np.float32) - clean) ** 2)
    return Result(
        made.frames,
        made.size,
        error,
        spectrum(error),
        float(10 * np.log10(255**2 / square)),
        float(np.sqrt(np.mean(error[beside] ** 2) / np.mean(error[~beside] ** 2))),
        float(depth(after)[lines].mean() / depth(before)[lines].mean()),
    )


def clip(root: Path, count: int) -> Frames:
    """A held character over a background that moves, smaller than it was drawn."""
    drawn = held.frames(held.stage(root), "pan", count)
    return np.stack([cv2.resize(frame, SIZE, interpolation=cv2.INTER_AREA) for frame in drawn])


def table(results: dict[str, tuple[Result, Result]], count: int) -> Iterator[str]:
    yield "| codec | setting | way | bytes a frame | PSNR, dB | at lines | contrast |"
    yield "|---|---|---|---|---|---|---|"
    for codec, pair in results.items():
        for way, one in zip(("alone", "film"), pair, strict=True):
            setting = f"{CODECS[codec].unit} {QUALITY[codec]}"
            yield (
                f"| {codec} | {setting} | {way} | {one.size / count:,.0f} | {one.psnr:.2f} | "
                f"{one.at_lines:.2f} | {one.contrast:.0%} |"
            )


def page(clean: Frames, results: dict[str, tuple[Result, Result]]) -> Image.Image:
    columns = ("drawn", "alone", "as a film", "error alone", "error as a film", "error by frequency")
    step = CELL + GAP
    sheet = Image.new("RGB", (LEFT + step * 7, HEAD + step * len(results)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(17)
    for column, name in enumerate(columns):
        pen.text((LEFT + step * column, HEAD - 28), name, INK, font)
    pen.text((LEFT + step * 5 + 172, HEAD - 28), "alone", ALONE, font)
    pen.text((LEFT + step * 5 + 228, HEAD - 28), "film", TOGETHER, font)
    for row, (codec, pair) in enumerate(results.items()):
        top = HEAD + step * row
        for column, cell in enumerate(cells(clean, pair)):
            sheet.paste(cell, (LEFT + step * column, top))
        sheet.paste(curves(pair, 2 * CELL), (LEFT + step * 5, top))
        words(pen, codec, pair, top)
    return sheet


def words(pen: ImageDraw.ImageDraw, codec: str, pair: tuple[Result, Result], top: int) -> None:
    pen.text((8, top + 4), codec, INK, ImageFont.load_default(22))
    setting, font = f"{CODECS[codec].unit} {QUALITY[codec]}", ImageFont.load_default(15)
    pen.text((8, top + 32), setting, INK, font)
    for line, (one, colour) in enumerate(zip(pair, (ALONE, TOGETHER), strict=True)):
        told = f"{one.size / len(one.frames) / 1000:.1f} kB\n{one.psnr:.1f} dB\nlines {one.contrast:.0%}"
        pen.text((8, top + 62 + 66 * line), told, colour, font)


def cells(clean: Frames, pair: tuple[Result, Result]) -> Iterator[Image.Image]:
    left, top, side = DETAIL
    part = (slice(top, top + side), slice(left, left + side))
    pictures = [clean[-1][part], *(one.frames[-1][part] for one in pair)]
    errors = [np.clip(128 + 3 * one.error[-1][part], 0, 255).astype(np.uint8) for one in pair]
    for pixels in (*pictures, *errors):
        yield Image.fromarray(pixels).convert("RGB").resize((CELL, CELL), Image.Resampling.NEAREST)


def curves(pair: tuple[Result, Result], width: int) -> Image.Image:
    """Decibels over frequency; every ten decibels and tenth of a cycle has a line."""
    plot, font = Image.new("RGB", (width, CELL), "white"), ImageFont.load_default(13)
    pen, low, high, foot, edge = ImageDraw.Draw(plot), 0.0, 50.0, 20, 42

    def at(frequency: float, level: float) -> tuple[float, float]:
        across = edge + (width - edge - 8) * frequency / 0.5
        return across, (CELL - foot) * (1 - (min(max(level, low), high) - low) / (high - low))

    for level in range(int(low), int(high), 10):
        pen.line((at(0, level), at(0.5, level)), PALE)
        pen.text((2, at(0, level)[1] - 14), f"{level} dB", INK, font)
    for tenth in range(6):
        pen.line((at(tenth / 10, low), at(tenth / 10, high)), PALE)
        pen.text((at(tenth / 10, low)[0] - 16, CELL - foot + 2), f"{tenth / 10:g}", INK, font)
    for one, colour in zip(pair, (ALONE, TOGETHER), strict=True):
        points = [at((n + 0.5) / BINS / 2, float(level)) for n, level in enumerate(one.spectrum)]
        pen.line(points, colour, 3)
    return plot


def main() -> None:
    """Print the table and draw the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("figure7.png"))
    parser.add_argument("--webp", type=Path)
    parser.add_argument("--frames", type=int, default=12)
    given = parser.parse_args()
    clean = clip(given.data, given.frames)
    results = {codec: (result(clean, codec, False), result(clean, codec, True)) for codec in QUALITY}
    print(*table(results, given.frames), sep="\n")
    drawn = page(clean, results)
    drawn.save(given.out)
    if given.webp:
        small = drawn.resize((drawn.width * 4 // 5, drawn.height * 4 // 5), Image.Resampling.LANCZOS)
        small.save(given.webp, quality=74, method=6)


if __name__ == "__main__":
    main()
