"""The square that perceptual losses and critics look at, elsewhere in each step.

What: a corner for each step, evenly spread: multiples of the plastic number's inverses, modulo 1.
Source: for the corners, Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018. A square
instead of the whole is sakuga's own: a step costs less, and the strides of the networks that look cannot
become a grid.
"""

from __future__ import annotations

from torch import Tensor

SPREAD = 0.7548776662466927, 0.5698402909980532
"""Steps down and across, of the room that there is."""


def window(pictures: Tensor, side: int, step: int) -> Tensor:
    """(..., H, W) to (..., side, side); all of what is not larger, or where `side` is 0."""
    for axis, share in zip((-2, -1), SPREAD, strict=True):
        room = max(pictures.shape[axis] - side, 0) if side else 0
        first = int((step + 1) * share % 1 * (room + 1))
        pictures = pictures.narrow(axis, first, pictures.shape[axis] - room)
    return pictures
