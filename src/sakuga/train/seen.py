"""The sheet of a feed: what the network will see, sample by sample, with what was done to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from sakuga.degrade.clip import to_frames
from sakuga.degrade.wording import words_of
from sakuga.media.plain import Rgb
from sakuga.media.sheet import Row, sheet
from sakuga.train.feed import Explained, Samples

SHOWN = 12
"""Samples."""
FRAMES = 4
"""Of a clip."""

Strip = Sequence[Rgb]
"""A picture, or the first frames of a clip."""


def seen(batch: Mapping[str, Tensor], numbers: Sequence[int], samples: Samples, *, critic: bool) -> Rgb:
    """The first samples of a batch as one picture (H, W, 3): LQ enlarged pixel by pixel, target, and real,
    or what there is of scenes.

    numbers: those of the batch. Real is what a critic takes for real, and shown where it is not the target.
    """
    rows: list[Row] = []
    for place, number in enumerate(numbers[:SHOWN]):
        parts = {name: _strip(planes[place]) for name, planes in batch.items()}
        if "real" in parts and (not critic or _same(parts["real"], parts["target"])):
            del parts["real"]
        rows += _rows(parts, _label(number, samples))
    return sheet(rows)


def _rows(parts: Mapping[str, Strip], label: str) -> Iterator[Row]:
    """A picture's parts beside each other; those of a clip below each other."""
    large = max(strip[0].shape[0] for strip in parts.values())
    even = {name: [_enlarged(frame, large) for frame in strip] for name, strip in parts.items()}
    if all(len(strip) == 1 for strip in even.values()):
        yield Row([strip[0] for strip in even.values()], f"{', '.join(even)} of {label}")
        return
    for name, strip in even.items():
        yield Row(strip, f"{name} of {label}" if name == "lq" else name)


def _label(number: int, samples: Samples) -> str:
    if not isinstance(samples, Explained):
        return f"sample {number}"
    return f"sample {number}: {words_of(samples.degradation(number))}"


def _strip(planes: Tensor) -> Strip:
    """(3, h, w) or (n, 3, h, w) in [0, 1] to pictures of 8 bits."""
    clip: NDArray[np.float32] = (planes if planes.ndim == 4 else planes[None])[:FRAMES].cpu().numpy()
    return list(to_frames(clip.transpose(0, 2, 3, 1)))


def _enlarged(picture: Rgb, height: int) -> Rgb:
    factor = max(1, height // picture.shape[0])
    return np.repeat(np.repeat(picture, factor, 0), factor, 1)


def _same(one: Strip, other: Strip) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
