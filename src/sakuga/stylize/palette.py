"""The few kinds of places that a picture has, sky and grass and wall: groups of like colour and height.

Source: k-means, begun as k-means++ (Arthur and Vassilvitskii, 2007) but with the farthest place and not a
random one, so that equal pictures have equal groups. Memberships are soft, as in Tai, Jia and Tang, "Local
color transfer via probabilistic segmentation by expectation-maximization", CVPR 2005.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.stylize.guided import guided
from sakuga.stylize.lab import Lab

GROUPS = 5
ROUNDS = 12
SIDE = 96
"""Sides of the small picture in which groups are looked for."""
RADIUS, SOFTNESS = 6, 0.06
"""A place is judged by its surroundings up to the next edge, so that grain does not change its group."""
HEIGHT = 30.0
"""Steps of Lab that the top and the bottom of a picture are apart."""
EDGE = 16.0
"""Steps of Lab within which a place belongs to two groups at once."""

Places = NDArray[np.float32]
"""Shape (..., 4): L, a, b of the surroundings, and how low in the picture, 0..HEIGHT."""


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of place."""

    centre: Places
    """Shape (4,)."""
    share: float
    """Of the picture, 0..1."""
    mean: NDArray[np.float64]
    """Shape (3,), Lab."""
    spread: NDArray[np.float64]
    """Shape (3, 3), covariance in Lab."""


def places(lab: Lab) -> Places:
    """(H, W, 3) to (H, W, 4); each channel is smoothed along its own edges only."""
    smooth = [
        guided(lab[..., i : i + 1], lab[..., i] / np.float32(100), RADIUS, SOFTNESS)[..., 0] for i in range(3)
    ]
    rows = np.linspace(0, HEIGHT, len(lab), dtype=np.float32)[:, None]
    return np.stack([*smooth, np.broadcast_to(rows, lab.shape[:2])], axis=2)


def groups(lab: Lab) -> list[Group]:
    """Up to GROUPS kinds of places of a picture (H, W, 3), none of them empty."""
    small = np.asarray(cv2.resize(lab, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    points = places(small).reshape(-1, 4)
    centres = _centres(points)
    nearest = _distances(points, centres).argmin(1)
    colours = small.reshape(-1, 3).astype(np.float64)
    found = [(centre, colours[nearest == i]) for i, centre in enumerate(centres)]
    return [
        Group(centre, len(own) / len(points), own.mean(0), np.cov(own.T))
        for centre, own in found
        if len(own) > 1
    ]


def memberships(points: Places, found: list[Group]) -> NDArray[np.float32]:
    """(H, W, 4) to (H, W, len(found)): how much a place belongs to each group; they add up to 1."""
    far = np.stack([_far(points, group.centre) for group in found], axis=2)
    far -= far.min(2, keepdims=True)
    # At the border between two groups both count; EDGE steps beyond it the other one has e^-2 of a say.
    say = np.exp(-2 * far / np.float32(EDGE))
    return say / say.sum(2, keepdims=True)


def _far(points: Places, centre: Places) -> NDArray[np.float32]:
    return np.sqrt(np.square(points - centre).sum(-1))


def _centres(points: Places) -> Places:
    centres = [points.mean(0)]
    near = np.full(len(points), np.inf, np.float32)
    while len(centres) <= GROUPS:
        near = np.minimum(near, _far(points, centres[-1]))
        centres.append(points[near.argmax()])
    found = np.stack(centres[1:])
    for _ in range(ROUNDS):
        nearest = _distances(points, found).argmin(1)
        own = [points[nearest == i] for i in range(GROUPS)]
        found = np.stack([each.mean(0) if len(each) else found[i] for i, each in enumerate(own)])
    return found


def _distances(points: Places, centres: Places) -> NDArray[np.float32]:
    return np.stack([_far(points, centre) for centre in centres], axis=1)
