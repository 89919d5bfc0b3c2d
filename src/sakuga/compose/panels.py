"""Where a picture's panels are: a page is cut along its white gutters, and what is mostly paper goes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.plain import Rgb

Box = tuple[int, int, int, int]
"""top, left, height, width."""

PAPER = 238
"""Levels of all channels from which on a pixel is paper."""
WHITE = 0.03
"""Share of paper, at its edge or inside, from which on a panel is slanted, or several, or no painting."""
PALE = 0.12
"""Saturation on average, 0..1, below which bright panels are pages of text."""
THIN = 24
"""Pixels below which a stretch is no panel."""
DEEPEST = 6
"""Cuts within cuts."""
EDGE = 4
"""Pixels at each side of a panel that its frame may have."""


def panels(page: Rgb) -> list[Box]:
    """Of a page (H, W, 3), or of a picture, which is its own; rectangles that are painted all over."""
    boxes = ((top + EDGE, left + EDGE, h - 2 * EDGE, w - 2 * EDGE) for top, left, h, w in cut(page))
    return [box for box in boxes if min(box[2:]) > THIN and _painted(inside(page, box))]


def inside(page: Rgb, box: Box) -> Rgb:
    """The part of a page."""
    top, left, height, width = box
    return page[top : top + height, left : left + width]


def cut(page: Rgb, top: int = 0, left: int = 0, depth: int = 0) -> Iterator[Box]:
    """All that is between gutters: across and down in turns, as often as there are any."""
    for axis in (0, 1):
        parts = _runs(_paper(page).mean(1 - axis) < 0.98)
        pieces = [
            (page[a:b], top + a, left) if axis == 0 else (page[:, a:b], top, left + a) for a, b in parts
        ]
        if len(pieces) > 1 and depth < DEEPEST:
            for piece in pieces:
                yield from cut(*piece, depth + 1)
            return
        if not pieces:
            return
        page, top, left = pieces[0]
    yield top, left, page.shape[0], page.shape[1]


def _paper(page: Rgb) -> NDArray[np.bool_]:
    return page.min(-1) >= PAPER


def _runs(inked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches with anything in them, of at least a few pixels."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inked, [False])).astype(np.int8)))
    return [(first, last) for first, last in edges.reshape(-1, 2).tolist() if last - first > THIN]


def _painted(panel: Rgb) -> bool:
    paper = _paper(panel)
    edge = np.concatenate([paper[0], paper[-1], paper[:, 0], paper[:, -1]])
    saturation = np.asarray(cv2.cvtColor(panel, cv2.COLOR_RGB2HSV))[..., 1].mean() / 255
    text = saturation < PALE and panel.mean() > 150
    return not text and paper.mean() < WHITE and edge.mean() < WHITE
