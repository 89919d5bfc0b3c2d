"""What a worn tape and its machine add: lines out of place, streaks of colour, torn last lines, dropouts.

Every line is read by itself, so that all of it runs along lines. Source: the mechanics of helical scan (VHS):
timebase errors, the switch from one head to the other some lines before the end of a field, lost oxide.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.analogue import SAMPLING, Plane, joined, low, split
from sakuga.degrade.clip import Clip

_STREAK, _HISS = 0.15, 2.0
"""MHz that noise of colour and of luma have."""
_DRIFT = 0.04
"""Cycles a line of slow displacement, at most."""
_WILD = np.float32(0.3)
_SETTLED = 1.3
"""Periods of its band that a filter reaches to each side."""
_TORN = 25
"""Levels of 255 of noise in torn lines."""
_WHITE = 0.95


def jitter(clip: Clip, *, size: float, drift: float = 0.0, seed: int) -> Clip:
    """Each line displaced by itself (`size`, pixels, deviation) and with its neighbours (`drift`)."""
    chance = np.random.default_rng(seed)
    lines = chance.standard_normal(clip.shape[:2], np.float32) * np.float32(size)
    slow = _noise(chance, clip.shape[:2], _DRIFT, 1.0) * np.float32(drift)
    return _displaced(clip, lines + slow)


def streaks(clip: Clip, *, luma: float, chroma: float, seed: int) -> Clip:
    """Noise along lines, in levels of 255 (deviation): short in luma, long and soft in colour."""
    chance = np.random.default_rng(seed)
    y, u, v = split(clip)
    return joined(
        y + _levels(chance, y.shape, luma, _HISS),
        u + _levels(chance, u.shape, chroma, _STREAK),
        v + _levels(chance, v.shape, chroma, _STREAK),
    )


def switching(clip: Clip, *, lines: int, size: float, seed: int) -> Clip:
    """The last `lines` lines torn aside, the last one by about `size` pixels, and noisy."""
    height, chance = clip.shape[1], np.random.default_rng(seed)
    rows = np.arange(height, dtype=np.float32)
    torn = np.maximum(rows - (height - 1 - lines), 0) / np.float32(max(1, lines))
    wild = chance.standard_normal((len(clip), height), np.float32) * _WILD + np.float32(1)
    aside = _displaced(clip, wild * torn * np.float32(size))
    hiss = _levels(chance, clip.shape[:3], _TORN, _HISS) * torn[:, None]
    return aside + hiss[..., None]


def dropouts(clip: Clip, *, often: float, length: float, seed: int) -> Clip:
    """White comets of `length` pixels (mean), in `often` lines of a frame (mean), fading to their right."""
    chance, spoilt = np.random.default_rng(seed), clip.copy()
    frames, height, width = map(int, clip.shape[:3])
    for frame in range(frames):
        for _ in range(int(chance.poisson(often))):
            line, start = int(chance.integers(height)), int(chance.integers(width))
            after = np.linspace(0, start - width + 1, width - start, dtype=np.float32)
            fading = np.exp(after / np.float32(max(1.0, chance.exponential(length))))
            lost = spoilt[frame, line, start:]
            lost += fading[:, None] * (np.float32(_WHITE) - lost)
    return spoilt


def _noise(chance: np.random.Generator, shape: tuple[int, ...], band: float, sampling: float) -> Plane:
    """White noise limited to `band` along the last axis, made to have a deviation of 1 again."""
    # At its ends a filter repeats them, which would make noise of a line's length stronger.
    margin = int(_SETTLED * sampling / band)
    white = chance.standard_normal((*shape[:-1], shape[-1] + 2 * margin), np.float32)
    limited = low(white, band, sampling)[..., margin : margin + shape[-1]]
    return limited / np.float32(np.sqrt(2 * band / sampling))


def _levels(chance: np.random.Generator, shape: tuple[int, ...], sigma: float, band: float) -> Plane:
    """(N, H, W), noise of that deviation in levels of 255."""
    return _noise(chance, shape, band, SAMPLING) * np.float32(sigma / 255)


def _displaced(clip: Clip, by: NDArray[np.floating[Any]]) -> Clip:
    """Each line (N, H) moved to the right, its ends repeated."""
    x = np.arange(clip.shape[2], dtype=np.float32)
    y = np.arange(clip.shape[1], dtype=np.float32)[:, None]
    rows, pairs = np.ascontiguousarray(np.broadcast_to(y, clip.shape[1:3])), zip(clip, by, strict=True)
    displaced = [
        cv2.remap(frame, x - move[:, None], rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for frame, move in pairs
    ]
    return np.asarray(displaced, np.float32)
