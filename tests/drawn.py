"""A drawing with lines, flat areas and gradients, as sharp as pixels allow, and known damage to it."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image


def drawing(height=384, width=512, seed=0):
    """(height, width, 3) uint8: cels with ink lines over a gradient, drawn twice as large and averaged."""
    rng = np.random.default_rng(seed)
    ground = np.linspace((60, 90, 140), (220, 200, 170), 2 * height)[:, None].repeat(2 * width, 1)
    canvas = np.ascontiguousarray(ground, np.uint8)
    for _ in range(40):
        centre = tuple(int(v) for v in rng.integers(0, (2 * width, 2 * height)))
        axes = tuple(int(v) for v in rng.integers(20, height // 2, 2))
        shape = (centre, axes, int(rng.integers(0, 180)), 0, 360)
        cv2.ellipse(canvas, *shape, rng.integers(30, 230, 3).tolist(), -1)
        cv2.ellipse(canvas, *shape, (25, 20, 30), int(rng.integers(2, 7)))
    for _ in range(60):
        ends = rng.integers(0, (2 * width, 2 * height), (2, 2))
        cv2.line(canvas, ends[0].tolist(), ends[1].tolist(), (25, 20, 30), int(rng.integers(1, 4)))
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def jpeg(pixels, quality):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def enlarged(pixels, factor, kernel=Image.Resampling.BICUBIC):
    """The detail of a picture `factor` times smaller at the size of `pixels`."""
    height, width = pixels.shape[:2]
    small = Image.fromarray(pixels).resize(
        (round(width / factor), round(height / factor)), Image.Resampling.LANCZOS
    )
    return np.asarray(small.resize((width, height), kernel))


def noisy(pixels, sigma, seed=1):
    grain = np.random.default_rng(seed).normal(0, sigma, pixels.shape[:2])[..., None]
    return np.clip(np.rint(pixels + grain), 0, 255).astype(np.uint8)


def blurred(pixels, sigma):
    return cv2.GaussianBlur(pixels, (0, 0), sigma) if sigma else pixels
