"""What travels between degradation operators: float clips, and the chance that decides about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = NDArray[np.float32]
"""Shape (N, H, W, 3), RGB, nominal range 0..1, the frames in time order; a picture is a clip of one frame."""
Frames = NDArray[np.uint8]
"""Shape (N, H, W, 3), RGB, full range: what codecs take and give."""


def stream(seed: int, index: int) -> np.random.Generator:
    """The chance of sample `index`: it depends on nothing else, so that any worker draws the same."""
    return np.random.default_rng((seed, index))


def over(clip: Clip, change: Callable[[NDArray[np.float32]], Any]) -> Clip:
    """`change` of each frame (H, W, 3), which may give it another size."""
    return np.stack([np.asarray(change(frame), np.float32) for frame in clip])


def moved(clip: Clip, right: float, down: float) -> Clip:
    """Every frame, (H, W, 3) or (H, W), displaced by parts of a pixel; its ends are repeated."""
    matrix = np.array(((1, 0, right), (0, 1, down)), np.float64)
    size = clip.shape[2], clip.shape[1]
    return over(clip, lambda frame: cv2.warpAffine(frame, matrix, size, borderMode=cv2.BORDER_REPLICATE))


def to_frames(clip: Clip) -> Frames:
    """(N, H, W, 3) float to uint8: rounded half to even and clamped."""
    levels = clip * np.float32(255)
    np.rint(levels, out=levels)
    return np.clip(levels, 0, 255, out=levels).astype(np.uint8)


def to_clip(frames: Frames) -> Clip:
    """(N, H, W, 3) uint8 to float, 255 becomes 1."""
    return frames.astype(np.float32) / np.float32(255)
