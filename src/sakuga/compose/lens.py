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
    side = 2 * int(np.ceil(length / 2)) + 1
    line = np.zeros((side, side), np.uint8)
    half = np.array((right, down)) / 2
    ends = [tuple(np.rint(16 * (side // 2 + sign * half)).astype(int).tolist()) for sign in (-1, 1)]
    cv2.line(line, ends[0], ends[1], 255, 1, cv2.LINE_AA, 4)
    kernel = line.astype(np.float32) / np.float32(line.sum())
    return np.asarray(cv2.filter2D(plate, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def grained(frame: Frame, deviation: float, chance: np.random.Generator) -> Frame:
    """With film grain of `deviation` levels, most of it in the middle tones."""
    if not deviation:
        return frame
    noise = chance.standard_normal(frame.shape[:2], np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.6), np.float32)
    soft *= np.float32(deviation / 255 / max(1e-6, float(soft.std())))
    luma = frame.mean(2, dtype=np.float32)
    share = np.float32(0.4) + np.float32(2.4) * luma * (1 - luma)
    return np.add(frame, (soft * share)[..., None], dtype=np.float32)


def faded(frame: Frame, fade: Fade | None, number: int) -> Frame:
    """As far gone as frame `number` is."""
    if fade is None:
        return frame
    span = fade.last - fade.first
    gone = fade.most * float(np.clip((fade.last - number) / span, 0, 1))
    return frame + np.float32(gone) * (np.float32(fade.level) - frame)
