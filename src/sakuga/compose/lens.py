"""What camera and film do: blur along a pan, grain, fades."""

from __future__ import annotations

import cv2
import numpy as np

from sakuga.compose.moment import Frame
from sakuga.compose.shot import Fade

_SHORTEST = 1.5
"""Pixels of blur below which nobody sees one."""


def streaked(plate: Frame, down: float, right: float) -> Frame:
    """A plate (H, W, c) that moves by so many pixels while the shutter is open."""
    length = float(np.hypot(down, right))
    if length < _SHORTEST:
        return plate
    kernel = _line(down, right)
    return np.asarray(cv2.filter2D(plate, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def _line(down: float, right: float) -> Frame:
    """From end to end of a movement, each place of it as bright."""
    half = int(np.ceil(max(abs(down), abs(right)) / 2)) + 1
    rows, columns = (half + step * np.linspace(-0.5, 0.5, 16 * half) for step in (down, right))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float64)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        y, x = int(row), int(column)
        beside, below = column - x, row - y
        kernel[y : y + 2, x : x + 2] += np.outer((1 - below, below), (1 - beside, beside))
    return (kernel / kernel.sum()).astype(np.float32)


def grained(frame: Frame, deviation: float, chance: np.random.Generator) -> Frame:
    """With film grain of `deviation` levels, most of it in the middle tones."""
    if not deviation:
        return frame
    noise = chance.standard_normal(frame.shape[:2], np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.6), np.float32)
    soft *= np.float32(deviation / 255 / max(1e-6, float(soft.std())))
    luma = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.float32)
    soft *= np.float32(0.4) + np.float32(2.4) * luma * (1 - luma)
    return frame + soft[..., None]


def faded(frame: Frame, fade: Fade | None, number: int) -> Frame:
    """As far gone as frame `number` is."""
    if fade is None:
        return frame
    span = fade.last - fade.first
    gone = fade.most * float(np.clip((fade.last - number) / span, 0, 1))
    return (frame + gone * (fade.level - frame)).astype(np.float32)
