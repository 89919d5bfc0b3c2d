"""Photos and drawings to learn scenes from, and a photo turned into a drawing by hand-made rules.

The rules stand in for pairs that a StyleGAN would give: a palette, flat areas, ink and a sky. They look at
colours and edges, not at things.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.compose.panels import cut

Rgb = NDArray[np.uint8]

LEAST = 160
"""Pixels of the shorter side of a panel that is worth keeping."""


def panels(page: Rgb) -> Iterator[Rgb]:
    """The panels of a comic page, those that are large enough to be worth keeping."""
    for top, left, height, width in cut(page):
        if min(height, width) >= LEAST:
            yield page[top + 3 : top + height - 3, left + 3 : left + width - 3]


def reduced(picture: Rgb, short: int) -> Rgb:
    """With a shorter side of at most `short` pixels."""
    factor = short / min(picture.shape[:2])
    if factor >= 1:
        return picture
    size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def squares(picture: Rgb, side: int) -> Iterator[Rgb]:
    """From the whole height or width down to a third of it, the outermost of each, (side, side, 3)."""
    short = min(picture.shape[:2])
    for part in (short, short * 3 // 5, max(side, short // 3)):
        tops, lefts = (sorted({0, each - part}) for each in picture.shape[:2])
        for top in tops:
            for left in lefts:
                square = picture[top : top + part, left : left + part]
                yield np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


class Painter:
    """Knows the colours of some drawings."""

    def __init__(self, drawings: list[Rgb]) -> None:
        pixels = np.concatenate([lab(reduced(each, 48)).reshape(-1, 3) for each in drawings])
        self._mean, self._spread = pixels.mean(0), pixels.std(0)
        some = np.random.default_rng(0).permutation(pixels)[:20000].astype(np.float32)
        rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
        cv2.setRNGSeed(0)
        self._palette = cv2.kmeans(some, 40, np.zeros(0, np.int32), rule, 1, cv2.KMEANS_PP_CENTERS)[2]

    def painted(self, photo: Rgb) -> Rgb:
        """Calm areas, colours near those of the drawings, thin ink along edges, a clear sky."""
        flat = np.asarray(cv2.edgePreservingFilter(photo, flags=1, sigma_s=20, sigma_r=0.1), np.uint8)
        colours = self._near_palette(self._toned(lab(flat)))
        colours = _with_sky(colours, photo)
        result = rgb(colours).astype(np.float32)
        return np.rint((result * _ink(photo)[..., None]).clip(0, 255)).astype(np.uint8)

    def _toned(self, colours: NDArray[np.float32]) -> NDArray[np.float32]:
        """Half of the way to the drawings' contrast and saturation, and some of the way to their tint."""
        mean, spread = colours.mean((0, 1)), colours.std((0, 1)) + 1
        gain = np.clip((self._spread / spread) ** 0.5, 1.0, 1.5) * np.array([1.0, 1.25, 1.25])
        centre = mean + np.array([0.4, 0.2, 0.2]) * (self._mean - mean)
        return ((colours - mean) * gain + centre).astype(np.float32)

    def _near_palette(self, colours: NDArray[np.float32]) -> NDArray[np.float32]:
        """Most of the way to the nearest colours, a soft choice among them so that gradients stay smooth."""
        flat = colours.reshape(-1, 3)
        away = ((flat[:, None] - self._palette) ** 2).sum(-1)
        weights = np.exp(-(away - away.min(1, keepdims=True)) / 200)
        chosen = (weights / weights.sum(1, keepdims=True)) @ self._palette
        return (0.2 * flat + 0.8 * chosen).reshape(colours.shape).astype(np.float32)


def _with_sky(colours: NDArray[np.float32], photo: Rgb) -> NDArray[np.float32]:
    """What is bright, smooth and hangs together with the top edge becomes a blue that pales downwards."""
    sky = _sky(photo)
    if sky.mean() < 0.03:
        return colours
    soft = cv2.GaussianBlur(sky.astype(np.float32), (0, 0), 1.5)[..., None]
    down = np.linspace(0, 1, len(sky), dtype=np.float32)[:, None, None]
    blue = np.concatenate([58 + 34 * down, -6 - 2 * down, -42 + 34 * down], -1)
    light = colours[..., :1] - colours[..., :1][sky].mean()
    wanted = blue + np.concatenate([0.9 * light, np.zeros_like(light), 0.5 * np.maximum(light, 0)], -1)
    return (colours * (1 - 0.75 * soft) + wanted * 0.75 * soft).astype(np.float32)


def _sky(photo: Rgb) -> NDArray[np.bool_]:
    smooth = cv2.GaussianBlur(photo, (0, 0), 2)
    colours = lab(smooth)
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    rough = cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (7, 7)) > 9
    bright = (colours[..., 0] > 55) & (colours[..., 2] < 4) & (colours[..., 1] < 8)
    _, parts = cv2.connectedComponents((bright & ~rough).astype(np.uint8))
    touching = [each for each in np.unique(parts[:2]) if each]
    whole = np.isin(parts, touching) & bright
    return np.asarray(cv2.dilate(whole.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0) & (
        colours[..., 0] > 55
    )


def _ink(photo: Rgb) -> NDArray[np.float32]:
    """1 where there is none: soft lines by a difference of two blurs (Winnemoeller et al., 2012)."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    grey = cv2.bilateralFilter(grey, 5, 0.12, 3)
    fine, wide = (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (0.7, 1.2))
    edge = fine - 0.97 * wide - 0.004
    ink = np.where(edge > 0, 1.0, 1 + np.tanh(45 * edge))
    return (0.625 + 0.375 * ink).astype(np.float32)


def lab(picture: Rgb) -> NDArray[np.float32]:
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def rgb(colours: NDArray[np.float32]) -> Rgb:
    return np.rint(255 * cv2.cvtColor(colours, cv2.COLOR_LAB2RGB).clip(0, 1)).astype(np.uint8)
