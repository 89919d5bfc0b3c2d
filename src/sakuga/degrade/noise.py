"""Noise: Gaussian of one strength, or Poisson that grows with the light; in colour or in all channels alike.

Source: Real-ESRGAN (2021), section 3.2, with the details of its code: results are clamped to 0..1 and not
rounded, Poisson noise counts as many photons as the picture has levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.clip import Clip, over

_GREY = np.array((0.299, 0.587, 0.114), np.float32)


def gaussian(
    clip: Clip,
    *,
    sigma: Sequence[float],
    grey: Sequence[bool],
    seed: int,
    shared: bool = False,
    mix: Sequence[Sequence[float]] | None = None,
) -> Clip:
    """sigma and grey: one for all frames or one for each; sigma in levels of 255, grey: channels alike.

    shared: whether all grey frames have the same pattern, each in its own strength. mix: (3, 3), the shares
    of three independent fields in R, G and B, for colours that follow each other.
    """
    chance = np.random.default_rng(seed)
    pattern = _field(chance, clip.shape[1:3]) if shared else None
    noisy = np.empty_like(clip)
    for n, frame in enumerate(clip):
        strength = np.float32(sigma[n % len(sigma)] / 255)
        alike = grey[n % len(grey)]
        if alike and pattern is not None:
            field = pattern[..., None]
        else:
            field = _field(chance, frame.shape[:2] + ((1,) if alike else (3,)))
        if mix is not None and not alike:
            field = field @ np.array(mix, np.float32).T
        noisy[n] = np.clip(frame + strength * field, 0, 1)
    return noisy


def poisson(clip: Clip, *, scale: float, grey: bool, seed: int) -> Clip:
    """scale: of the noise that counting photons would give."""
    chance = np.random.default_rng(seed)
    strength = np.float32(scale)
    return over(clip, lambda frame: np.clip(frame + strength * _counted(frame, grey, chance), 0, 1))


def _counted(frame: NDArray[np.float32], grey: bool, chance: np.random.Generator) -> NDArray[np.float32]:
    """What counting adds to a frame (H, W, 3) of 8 bits, or to its luma (H, W, 1)."""
    light = (frame @ _GREY)[..., None] if grey else frame
    levels = np.rint(np.clip(light, 0, 1) * np.float32(255))
    kinds = np.count_nonzero(np.bincount(levels.astype(np.uint8).ravel()))
    photons = 2 ** int(np.ceil(np.log2(kinds)))
    rounded = levels / np.float32(255)
    counted = np.asarray(chance.poisson(rounded * photons), np.float32)
    return counted / np.float32(photons) - np.asarray(rounded, np.float32)


def _field(chance: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    return chance.standard_normal(shape, np.float32)
