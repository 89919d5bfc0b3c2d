"""Layers of a picture: their lines, their place in the frame, and one over the other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
"""A layer (H, W, 4), premultiplied, or what is opaque (H, W, 3); 0..1."""

_MARGIN = 4
"""Pixels that interpolation looks at beyond the frame."""


def window(plate: Pixels, top: float, left: float, size: tuple[int, int]) -> Pixels:
    """The frame (height, width) that begins at (top, left) of an opaque plate, also between pixels."""
    row, column = int(np.floor(top)), int(np.floor(left))
    if (row, column) == (top, left):
        return plate[row : row + size[0], column : column + size[1]].copy()
    matrix = np.array(((1, 0, left), (0, 1, top)), np.float64)
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(plate, matrix, size[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(np.asarray(moved, np.float32), 0, 1)


def over(frame: Pixels, layer: Pixels, top: float, left: float) -> None:
    """Lay a layer over an opaque frame, in place, its corner at (top, left); what is outside is left out."""
    row, column = int(np.floor(top)), int(np.floor(left))
    if (row, column) != (top, left):
        layer = _between(layer, top - row, left - column)
        row, column = row - _MARGIN, column - _MARGIN
    rows, columns = (
        _common(row, layer.shape[0], frame.shape[0]),
        _common(column, layer.shape[1], frame.shape[1]),
    )
    if rows is None or columns is None:
        return
    part = layer[rows[0] - row : rows[1] - row, columns[0] - column : columns[1] - column]
    below = frame[rows[0] : rows[1], columns[0] : columns[1]]
    below *= 1 - part[..., 3:]
    below += part[..., :3]


def weighted(layer: Pixels, weight: float) -> Pixels:
    """A layer whose dark lines are heavier by `weight` (-1..1), lighter below 0; its outline stays."""
    if not weight:
        return layer
    alpha = layer[..., 3:]
    white = layer[..., :3] + (1 - alpha)
    luma = white.mean(2)
    cross = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    lines = np.asarray(cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, np.ones((5, 5), np.uint8)))
    share = np.clip(4 * np.asarray(cv2.dilate(lines, cross)), 0, 1) * abs(weight)
    if weight < 0:
        # White from outside must not eat the outline.
        share *= np.asarray(cv2.erode(alpha[..., 0], np.ones((7, 7), np.uint8))) >= 1
    changed = np.asarray(cv2.erode(white, cross) if weight > 0 else cv2.dilate(white, cross))
    white += share[..., None] * (changed - white)
    return np.concatenate([np.clip(white - (1 - alpha), 0, alpha), alpha], 2)


def softened(layer: Pixels, deviation: float) -> Pixels:
    """Out of focus, (H, W, c) as it comes; a layer with alpha grows beyond its canvas first."""
    if deviation < 0.2:
        return layer
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), deviation, borderType=cv2.BORDER_REPLICATE), np.float32)


def padded(layer: Pixels, margin: int) -> Pixels:
    """With a transparent margin."""
    return np.pad(layer, ((margin, margin), (margin, margin), (0, 0)))


def _between(layer: Pixels, down: float, right: float) -> Pixels:
    wide = padded(layer, _MARGIN)
    matrix = np.array(((1, 0, right), (0, 1, down)), np.float64)
    moved = np.asarray(cv2.warpAffine(wide, matrix, wide.shape[1::-1], flags=cv2.INTER_LANCZOS4), np.float32)
    # Alpha that rings takes its colours along, or an edge would shine.
    alpha = np.clip(moved[..., 3:], 0, 1)
    moved *= alpha / np.maximum(moved[..., 3:], np.float32(1e-6))
    return np.clip(moved, 0, alpha)


def _common(first: int, length: int, whole: int) -> tuple[int, int] | None:
    begin, end = max(0, first), min(whole, first + length)
    return (begin, end) if begin < end else None
