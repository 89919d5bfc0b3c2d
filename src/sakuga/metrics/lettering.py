"""Lettering: how much of a picture is lines of text, as in credits, title cards and subtitles.

What: small marks brighter or darker than what is around them, of like height and tone, that stand beside each
other on one line, five or more; the share of the picture that such lines take.
Range: 0..1; a subtitle takes 0.01..0.05, credits 0.03..0.25. From TEXT on a picture is marked: of 100
drawings 1 without text, nearly all with credits or two lines of subtitles, few with one short line.
Source: the grouping of marks into lines is that of connected component methods (Epshtein, Ofek and Wexler,
"Detecting text in natural scenes with stroke width transform", 2010, without the strokes). A hint, no more:
it misses handwriting, vertical and very large or small text, and takes fences and rows of windows for text
now and then. Error rates on drawings with Latin and Japanese text: benchmarks/measures.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.luma import luma, shaped

ROWS = 480
"""Rows that a picture is brought to first."""
TEXT = 0.02
"""Share from which a picture is called text-heavy."""
STROKE = 9
"""Pixels: strokes are thinner."""
CONTRAST = 36
"""Levels by which a mark stands out."""
LOW, HIGH = 5, 40
"""Rows of a mark, from and to."""
FEWEST = 5
"""Marks of a line."""
WIDE = 4.0
"""Heights of a mark that a line is wide, at least."""
WORD = 1.4
"""Heights of a mark by which two words of a line are apart: a blank of Japanese is as wide as a letter."""
TONE = 30
"""Levels by which marks of a line may differ."""

Marks = NDArray[np.float64]
"""Shape (N, 6): left, top, width, height, middle row, tone; from left to right."""
Box = tuple[int, int, int, int]
"""left, top, right, bottom; the last two outside."""


def lettering(pixels: Pixels) -> float:
    """(H, W, 3) RGB or (H, W, 1) grey to the share of the area that lines of text take."""
    size = shaped(pixels, ROWS)
    way = cv2.INTER_AREA if pixels.shape[0] > ROWS else cv2.INTER_LINEAR
    small = cast("Pixels", cv2.resize(pixels, size, interpolation=way)).reshape(ROWS, size[0], -1)
    grey = np.rint(luma(small)).astype(np.uint8)
    covered = np.zeros(grey.shape, bool)
    for (left, top, right, bottom), _ in lines(grey):
        covered[top:bottom, left:right] = True
    return float(covered.mean())


def lines(grey: NDArray[np.uint8], fewest: int = FEWEST, wide: float = WIDE) -> Iterator[tuple[Box, int]]:
    """The box (left, top, right, bottom) of each line of text in (H, W), and how many marks it has.

    fewest: marks that make a line; wide: in heights of a mark. Letters may be LOW to HIGH rows high.
    """
    for way in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        strokes = cv2.morphologyEx(grey, way, np.ones((STROKE, STROKE), np.uint8))
        marks = _marks(strokes > CONTRAST, grey)
        groups: dict[int, list[int]] = {}
        for index, group in enumerate(_groups(marks)):
            groups.setdefault(group, []).append(index)
        for line in (marks[group] for group in groups.values() if len(group) >= fewest):
            if _is_line(line, wide):
                yield _box(line), len(line)


def _marks(strokes: NDArray[np.bool_], grey: NDArray[np.uint8]) -> Marks:
    _, labels, boxes, centres = cv2.connectedComponentsWithStats(strokes.astype(np.uint8))
    tone = np.bincount(labels.ravel(), grey.ravel()) / np.maximum(boxes[:, cv2.CC_STAT_AREA], 1)
    width, height, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    fit = (height >= LOW) & (height <= HIGH) & (width >= 2) & (width <= 2.5 * height + 4)
    fit &= (area >= 10) & (area >= 0.15 * width * height)
    fit[0] = False
    marks = np.column_stack((boxes[:, :4], centres[:, 1], tone)).astype(np.float64)[fit]
    return marks[np.argsort(centres[fit, 0], kind="stable")]


def _groups(marks: Marks) -> list[int]:
    """A number for each mark, equal where a chain of neighbours links them."""
    group = list(range(len(marks)))

    def first(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for one, other in _neighbours(marks):
        low, high = sorted((first(one), first(other)))
        group[high] = low
    return [first(index) for index in group]


def _neighbours(marks: Marks) -> list[tuple[int, int]]:
    """Pairs of marks that may stand beside each other in a word."""
    one, step = np.meshgrid(np.arange(len(marks)), np.arange(1, 61), indexing="ij")
    inside = one + step < len(marks)
    one, other = one[inside], (one + step)[inside]
    left, _, width, height, middle, tone = marks[one].T
    left_2, _, _, height_2, middle_2, tone_2 = marks[other].T
    tall, gap = np.maximum(height, height_2), left_2 - left - width
    near = (gap < WORD * tall) & (gap > -0.5 * tall) & (abs(middle - middle_2) < 0.35 * tall)
    near &= (np.minimum(height, height_2) > 0.45 * tall) & (abs(tone - tone_2) < TONE)
    return list(zip(one[near].tolist(), other[near].tolist(), strict=True))


def _is_line(marks: Marks, wide: float) -> bool:
    """Whether linked marks stand on one line, and not in a heap."""
    left, top, right, bottom = _box(marks)
    usual = float(np.median(marks[:, 3]))
    return (
        bottom - top <= 2 * usual and right - left >= wide * usual and float(marks[:, 4].std()) <= usual / 4
    )


def _box(marks: Marks) -> Box:
    left, top, width, height = marks[:, :4].T
    return int(left.min()), int(top.min()), int((left + width).max()), int((top + height).max())
