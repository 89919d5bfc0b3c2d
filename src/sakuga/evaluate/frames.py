"""Frames of a result with those of its reference: as many, of one shape, without their borders."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from sakuga.errors import InputError
from sakuga.evaluate.clips import Clip
from sakuga.media.frames import Pixels

Pair = tuple[Pixels, Pixels | None]


def frames(
    clip: Clip, reference: Clip | None, wanted: frozenset[int] | None, border: int
) -> Iterator[tuple[int, Pair]]:
    """The frames `wanted` (None: all) by number, each with the reference's where there is one.

    A reference may be smaller; its border is as much smaller as it is itself. Raises InputError where one
    side ends before the other, the shapes differ, or the border cannot be cut.
    """
    if reference is None:
        for index, pixels in clip.frames(wanted):
            yield index, (_cut(pixels, border), None)
        return
    if wanted is not None:
        _demand_as_many(clip, reference)
    for mine, other in zip_longest(clip.frames(wanted), reference.frames(wanted)):
        if mine is None or other is None:
            _demand_as_many(clip, reference)
            return
        _demand_one_shape(clip, mine[0], mine[1], other[1])
        yield mine[0], (_cut(mine[1], border), _cut(other[1], _smaller(border, mine[1], other[1])))


def size(pixels: Pixels) -> str:
    return f"{pixels.shape[1]}x{pixels.shape[0]}"


def _demand_as_many(clip: Clip, reference: Clip) -> None:
    ours, theirs = clip.count(), reference.count()
    if ours != theirs:
        raise InputError(
            f"{clip.name} has {ours} frames and its reference {theirs}; they are compared one by one."
        )


def _demand_one_shape(clip: Clip, index: int, pixels: Pixels, reference: Pixels) -> None:
    """Up to the pixel that rounding costs."""
    (height, width), (other_height, other_width) = pixels.shape[:2], reference.shape[:2]
    if abs(height * other_width - width * other_height) > max(height, width):
        raise InputError(
            f"{clip.file(index)} is {size(pixels)} and its reference {size(reference)}: the shapes differ."
        )


def _smaller(border: int, pixels: Pixels, reference: Pixels) -> int:
    scale = max(1, round(pixels.shape[0] / reference.shape[0]))
    if border % scale:
        raise InputError(
            f"--crop-border is {border}; references are {scale} times smaller, so use a multiple of {scale}."
        )
    return border // scale


def _cut(pixels: Pixels, border: int) -> Pixels:
    height, width = pixels.shape[:2]
    if min(height, width) <= 2 * border:
        raise InputError(f"--crop-border {border} leaves nothing of a picture of {size(pixels)}.")
    return pixels[border : height - border, border : width - border]
