"""The colours of a reference picture: each kind of place takes those of one that stands where it does.

A linear map in Lab brings mean and covariance of a group to those of its counterpart (Pitie and Kokaram,
"The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer", 2007). A pixel goes
through the maps of the groups to which its surroundings belong, up to the next edge: nothing leaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.stylize.lab import from_lab, to_lab
from sakuga.stylize.palette import Group, groups, memberships, places

LEAST = 1.0
"""Steps of Lab that every group is taken to vary, or flat ones would be torn apart."""
GAIN = 2.0
"""By how much contrast grows or shrinks at most."""

WEIGHTS = np.array((1.0, 0.3, 0.3, 1.0), np.float32)
"""Of lightness, both colours and height where groups are compared: red skies are like blue ones."""

Square = NDArray[np.float64]
"""Shape (3, 3), symmetric."""


class Move(NamedTuple):
    """A linear map: x to to + (x - origin) @ turn."""

    origin: NDArray[np.float64]
    to: NDArray[np.float64]
    turn: Square


class Reference:
    """Of a picture (H, W, 3); call it with others to give them its colours."""

    def __init__(self, picture: Pixels) -> None:
        self._groups = groups(to_lab(picture))

    def __call__(self, pixels: Pixels) -> Pixels:
        """(H, W, 3) to (H, W, 3) of the same depth."""
        lab = to_lab(pixels)
        own = groups(lab)
        say = memberships(places(lab), own)
        result = np.zeros_like(lab)
        for i, (group, other) in enumerate(zip(own, counterparts(own, self._groups), strict=True)):
            result += say[..., i : i + 1] * _applied(lab, moved(group, other))
        return from_lab(result, pixels.dtype)


def counterparts(own: Sequence[Group], others: Sequence[Group]) -> list[Group]:
    """For each group one of `others`, each taken once where there are enough, as alike as can be in all."""
    enough = [*others] * -(-len(own) // len(others))
    cost = np.array([[group.share * _unlike(group, other) for other in enough] for group in own])
    rows = np.arange(len(own))
    best = min(permutations(range(len(enough)), len(own)), key=lambda taken: cost[rows, list(taken)].sum())
    return [enough[i] for i in best]


def moved(group: Group, other: Group) -> Move:
    """The map that brings the colours of `group` to those of `other`."""
    root, inverse = _roots(group.spread + LEAST**2 * np.eye(3))
    middle, _ = _roots(root @ (other.spread + LEAST**2 * np.eye(3)) @ root)
    values, axes = np.linalg.eigh(inverse @ middle @ inverse)
    return Move(group.mean, other.mean, (axes * values.clip(1 / GAIN, GAIN)) @ axes.T)


def _unlike(group: Group, other: Group) -> float:
    return float(np.linalg.norm(WEIGHTS * (group.centre - other.centre)))


def _roots(matrix: Square) -> tuple[Square, Square]:
    """The square root of a positive matrix, and the inverse of that."""
    values, axes = np.linalg.eigh(matrix)
    root = np.sqrt(np.maximum(values, 1e-9))
    return (axes * root) @ axes.T, (axes / root) @ axes.T


def _applied(lab: NDArray[np.float32], move: Move) -> NDArray[np.float32]:
    turn, offset = move.turn.astype(np.float32), (move.to - move.origin @ move.turn).astype(np.float32)
    return lab @ turn + offset
