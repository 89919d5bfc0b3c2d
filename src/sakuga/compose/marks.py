"""Effects that are drawn: speed lines, rain, snow and petals, leaves before the lens."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.compose.layers import softened
from sakuga.compose.moment import Frame, Moment, colour, unit

Chance = np.random.Generator
Told = dict[str, Any]

Plane = NDArray[np.uint8]
"""Shape (H, W): OpenCV smooths edges in planes of 8 bits only."""

_FINE = 4
"""Bits of a pixel that OpenCV draws to."""


def draw_burst(chance: Chance) -> Told:
    return {
        "at": chance.uniform((0.3, 0.3), (0.6, 0.7)).tolist(),
        "count": int(chance.integers(60, 180)),
        "free": float(chance.uniform(0.35, 0.6)),
        "colour": _ink(chance),
        "hold": int(chance.integers(1, 4)),
        "seed": int(chance.integers(2**31)),
    }


def burst(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Speed lines to a point, which is left free; drawn anew with every drawing."""
    height, width = frame.shape[:2]
    chance = np.random.default_rng((told["seed"], moment.drawing(told["hold"])))
    y, x = told["at"][0] * height, told["at"][1] * width
    plane, far = np.zeros((height, width), np.uint8), float(np.hypot(height, width))
    for angle, wide, near in chance.uniform(
        (0, 0.002, 1), (2 * np.pi, 0.02, 1.7), (told["count"], 3)
    ).tolist():
        tip = near * told["free"] * height
        corners = [(tip, angle), (far, angle - wide / 2), (far, angle + wide / 2)]
        points = [(x + r * np.cos(a), y + r * np.sin(a)) for r, a in corners]
        _filled(plane, points)
    return _inked(frame, _share(plane), told["colour"])


def draw_streaks(chance: Chance) -> Told:
    return {
        "angle": float(chance.normal(0, 0.15)),
        "count": int(chance.integers(30, 120)),
        "colour": _ink(chance),
        "strength": float(chance.uniform(0.4, 0.9)),
        "hold": int(chance.integers(1, 4)),
        "seed": int(chance.integers(2**31)),
    }


def streaks(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Speed lines side by side, drawn anew with every drawing."""
    height, width = frame.shape[:2]
    chance = np.random.default_rng((told["seed"], moment.drawing(told["hold"])))
    plane, angle = np.zeros((height, width), np.uint8), told["angle"]
    ahead, aside = np.array((np.cos(angle), np.sin(angle))), np.array((-np.sin(angle), np.cos(angle)))
    for column, row, length, thick in chance.uniform(
        (-0.3, 0, 0.2, 0.4), (1, 1, 1, 3), (told["count"], 4)
    ).tolist():
        start = np.array((column * width, row * height))
        middle, end = start + 0.5 * length * width * ahead, start + length * width * ahead
        half = 0.5 * thick * unit(frame) * aside
        _filled(plane, [tuple(start), tuple(middle + half), tuple(end), tuple(middle - half)])
    return _inked(frame, _share(plane, told["strength"]), told["colour"])


def draw_rain(chance: Chance) -> Told:
    return {
        "count": int(chance.integers(80, 300)),
        "slant": float(chance.normal(0, 0.15)),
        "length": float(chance.uniform(20, 70)),
        "strength": float(chance.uniform(0.2, 0.5)),
        "seed": int(chance.integers(2**31)),
    }


def rain(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Thin strokes that fall fast."""
    height, width = frame.shape[:2]
    scale = unit(frame)
    chance = np.random.default_rng(told["seed"])
    plane = np.zeros((height, width), np.uint8)
    for row, column, near in chance.uniform((0, 0, 0.4), (1, 1, 1), (told["count"], 3)).tolist():
        length = told["length"] * near * scale
        y = (row * height + moment.number * 0.9 * length) % (height + length) - length
        x = (column * width + told["slant"] * y + moment.shift[1]) % width
        end = x + told["slant"] * length, y + length
        cv2.line(
            plane,
            _point(x, y),
            _point(*end),
            round(255 * near),
            max(1, round(1.6 * near * scale)),
            cv2.LINE_AA,
            _FINE,
        )
    return _inked(frame, _share(plane, told["strength"]), (0.9, 0.94, 1.0))


def draw_flakes(chance: Chance) -> Told:
    petals = bool(chance.random() < 0.5)
    return {
        "count": int(chance.integers(20, 120)),
        "size": float(chance.uniform(5, 11) if petals else chance.uniform(2, 6)),
        "oblong": 0.5 if petals else 1.0,
        "colour": [1.0, *chance.uniform((0.7, 0.78), (0.85, 0.9)).tolist()] if petals else [1.0, 1.0, 1.0],
        "wind": float(chance.uniform(-3, 3)),
        "seed": int(chance.integers(2**31)),
    }


def flakes(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Snow or petals: they fall slowly, turn, and near ones are large."""
    height, width = frame.shape[:2]
    scale = unit(frame)
    chance = np.random.default_rng(told["seed"])
    plane = np.zeros((height, width), np.uint8)
    low, high = (0, 0, 0.35, 0, -0.15), (1, 1, 1.3, np.pi, 0.15)
    for row, column, near, turn, spin in chance.uniform(low, high, (told["count"], 5)).tolist():
        fallen, size = moment.number * near * scale, told["size"] * near * scale
        y = (row * height + 3 * fallen + near * moment.shift[0]) % (height + 2 * size) - size
        x = (column * width + told["wind"] * fallen + near * moment.shift[1]) % (width + 2 * size) - size
        axes = round(16 * size), max(6, round(16 * size * told["oblong"]))
        degrees = np.rad2deg(turn + spin * moment.number)
        cv2.ellipse(plane, _point(x, y), axes, degrees, 0, 360, 255, -1, cv2.LINE_AA, _FINE)
    return _inked(frame, softened(_share(plane), 0.6 * max(0.5, scale)), told["colour"])


def draw_leaves(chance: Chance) -> Told:
    return {
        "side": int(chance.integers(3)),
        "count": int(chance.integers(25, 60)),
        "depth": float(chance.uniform(1.6, 2.6)),
        "blur": float(chance.uniform(4, 12)),
        "colour": chance.uniform((0.02, 0.05, 0.02), (0.15, 0.25, 0.15)).tolist(),
        "seed": int(chance.integers(2**31)),
    }


def leaves(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Leaves near the lens, dark and out of focus, at the left, the right or below; they pass quickest."""
    height, width = frame.shape[:2]
    scale = unit(frame)
    chance = np.random.default_rng(told["seed"])
    plane = np.zeros((height, width), np.uint8)
    down, right = (told["depth"] * each for each in moment.shift)
    for along, away, size, turn in chance.uniform(
        (-0.2, -0.04, 24, 0), (1.2, 0.1, 70, 180), (told["count"], 4)
    ).tolist():
        place = ((away, along), (1 - away, along), (along, 1 - away))[told["side"]]
        centre = _point(place[0] * width + right, place[1] * height + down)
        axes = round(16 * size * scale), round(6 * size * scale)
        cv2.ellipse(plane, centre, axes, turn, 0, 360, 255, -1, cv2.LINE_AA, _FINE)
    return _inked(frame, softened(_share(plane), told["blur"] * scale), told["colour"])


def _ink(chance: Chance) -> list[float]:
    return [1.0, 1.0, 1.0] if chance.random() < 0.7 else [0.05, 0.05, 0.08]


def _point(x: float, y: float) -> tuple[int, int]:
    return round(x * 2**_FINE), round(y * 2**_FINE)


def _filled(plane: Plane, points: list[tuple[float, ...]]) -> None:
    fixed = np.array([_point(*point) for point in points], np.int32)
    cv2.fillPoly(plane, [fixed], 255, cv2.LINE_AA, _FINE)


def _share(plane: Plane, strength: float = 1.0) -> Frame:
    return plane.astype(np.float32) * np.float32(strength / 255)


def _inked(frame: Frame, share: Frame, ink: tuple[float, ...] | list[float]) -> Frame:
    """`share` (H, W) of the ink over the frame."""
    return (frame + np.clip(share, 0, 1)[..., None] * (colour(ink) - frame)).astype(np.float32)
