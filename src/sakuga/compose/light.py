"""Effects of light: glow, shafts, blends of colour over the frame, a darker rim, discs out of focus."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from sakuga.compose.moment import Frame, Moment, colour, screen, unit

Chance = np.random.Generator
Told = dict[str, Any]

_COARSE = 4
"""Light is soft: it is painted at a quarter of the size."""


def draw_glow(chance: Chance) -> Told:
    return {
        "from": float(chance.uniform(0.55, 0.8)),
        "width": float(chance.uniform(6, 24)),
        "strength": float(chance.uniform(0.25, 0.7)),
    }


def glow(frame: Frame, told: Told, moment: Moment) -> Frame:
    """What is bright shines over its edges, as through a diffusion filter."""
    del moment
    height, width = frame.shape[:2]
    small = np.asarray(cv2.resize(frame, _small(frame), interpolation=cv2.INTER_AREA), np.float32)
    least = np.float32(told["from"])
    bright = np.clip((small - least) / (1 - least), 0, 1)
    wide = max(0.3, float(told["width"]) * unit(frame) / _COARSE)
    soft = np.asarray(cv2.GaussianBlur(bright, (0, 0), wide), np.float32)
    light = np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return screen(frame, np.float32(told["strength"]) * light)


def draw_shafts(chance: Chance) -> Told:
    return {
        "from": float(chance.uniform(-0.2, 1.2)),
        "colour": [1.0, float(chance.uniform(0.85, 1)), float(chance.uniform(0.6, 0.95))],
        "strength": float(chance.uniform(0.2, 0.5)),
        "seed": int(chance.integers(2**31)),
    }


def shafts(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Light that falls from a place above the frame, in beams that waver slowly."""
    height, width = frame.shape[:2]
    columns, rows = _grid(frame)
    right, down = columns - told["from"] * width, rows + 0.25 * height
    angle = np.arctan2(right, down)
    waves = np.random.default_rng(told["seed"]).uniform((4, 0, -0.01), (40, 2 * np.pi, 0.01), (6, 3))
    beams = sum(np.sin(angle * f + phase + pace * moment.number) for f, phase, pace in waves.tolist())
    far = np.clip(1.15 - np.hypot(right, down) / (1.5 * height), 0, 1)
    light = (np.clip(np.asarray(beams) / 3, 0, 1) * far).astype(np.float32)
    whole = np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return screen(frame, np.float32(told["strength"]) * whole[..., None] * colour(told["colour"]))


def draw_gradient(chance: Chance) -> Told:
    return {
        "angle": float(chance.uniform(0, 2 * np.pi)),
        "colour": chance.uniform(0, 1, 3).tolist(),
        "strength": float(chance.uniform(0.2, 0.5)),
        "light": bool(chance.random() < 0.5),
    }


def gradient(frame: Frame, told: Told, moment: Moment) -> Frame:
    """One side lighter or darker than the other, in a colour."""
    del moment
    height, width = frame.shape[:2]
    rows, columns = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    along = np.cos(told["angle"]) * rows + np.sin(told["angle"]) * columns
    share = (np.clip(along + 0.3, 0, 1) * told["strength"]).astype(np.float32)[..., None]
    if told["light"]:
        return screen(frame, share * colour(told["colour"]))
    return frame * (1 - share * (1 - colour(told["colour"])))


def draw_rim(chance: Chance) -> Told:
    return {"strength": float(chance.uniform(0.15, 0.5))}


def rim(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Corners darker than the middle."""
    del moment
    height, width = frame.shape[:2]
    rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    share = np.clip((rows**2 + columns**2) / 2, 0, 1) ** 1.5 * told["strength"]
    return frame * (1 - share.astype(np.float32)[..., None])


def draw_discs(chance: Chance) -> Told:
    return {
        "count": int(chance.integers(8, 40)),
        "size": float(chance.uniform(6, 40)),
        "colour": [1.0, *chance.uniform(0.6, 1, 2).tolist()],
        "strength": float(chance.uniform(0.1, 0.35)),
        "seed": int(chance.integers(2**31)),
    }


def discs(frame: Frame, told: Told, moment: Moment) -> Frame:
    """Lights far out of focus, and dust in the light, that drift upwards."""
    height, width = frame.shape[:2]
    chance, scale = np.random.default_rng(told["seed"]), unit(frame)
    light = np.zeros((height, width), np.float32)
    for row, column, size, rise, shine in chance.uniform(
        (0, 0, 0.4, 0.1, 0.3), (1, 1, 1, 1, 1), (told["count"], 5)
    ).tolist():
        y = (row * height - rise * scale * moment.number + moment.shift[0]) % height
        x = (column * width + moment.shift[1]) % width
        centre, radius = (round(16 * x), round(16 * y)), max(8, round(16 * told["size"] * size * scale))
        cv2.circle(light, centre, radius, shine, -1, cv2.LINE_8, 4)
    soft = cv2.GaussianBlur(light, (0, 0), max(0.3, 0.08 * told["size"] * scale))
    return screen(frame, np.float32(told["strength"]) * np.asarray(soft)[..., None] * colour(told["colour"]))


def _small(frame: Frame) -> tuple[int, int]:
    return max(1, frame.shape[1] // _COARSE), max(1, frame.shape[0] // _COARSE)


def _grid(frame: Frame) -> tuple[Frame, Frame]:
    """Columns and rows of the frame, at a quarter of its size."""
    width, height = _small(frame)
    columns, rows = np.meshgrid(
        np.linspace(0, frame.shape[1], width, dtype=np.float32),
        np.linspace(0, frame.shape[0], height, dtype=np.float32),
    )
    return columns, rows
