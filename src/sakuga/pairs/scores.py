"""What is measured of a pair: whether both show the same, how much that is, and how far edges moved."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.plain import Rgb
from sakuga.metrics.likeness import fingerprint
from sakuga.metrics.luma import Luma, luma, small
from sakuga.metrics.region_match import adjusted_rand
from sakuga.pairs.segmenter import Labels, Segmenter
from sakuga.pairs.segmenter import Scores as Shares
from sakuga.pairs.source import Pair

KIND = 0.01
"""Share of a photo that a kind of place takes, at least, to count."""
ROWS = 256
"""That pictures are brought to before edges are compared."""
SIGMA = 2.0
EDGES = 0.05
"""Share of the pixels that are edges: the strongest, so that a drawing has as many as a photo."""
FARTHEST = 16.0
"""Pixels; what is farther has no counterpart."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one pair."""

    agreement: float
    """Of both segmentations: the share of places of one class, without names the adjusted Rand index."""
    kinds: int
    """Of places in the photo."""
    shift: float
    """Pixels, at 256 rows, that edges have moved."""
    fingerprint: int
    """Of the photo, 64 bits."""
    released: float | None
    """Cross entropy as Scenimefy's code reckons it; None where the segmenter has no classes."""


def scores(pair: Pair, segmenter: Segmenter) -> Scores:
    """All of them."""
    photo, anime = segmenter.labels(pair.photo), segmenter.labels(pair.anime)
    one, other = (segmenter.scores(each) for each in (pair.photo, pair.anime))
    return Scores(
        agreement=agreement(photo, anime, named=segmenter.named),
        kinds=kinds(photo),
        shift=shift(pair.photo, pair.anime),
        fingerprint=fingerprint(small(pair.photo)),
        released=None if one is None or other is None else released(other, one.argmax(0).astype(np.int64)),
    )


def agreement(photo: Labels, anime: Labels, *, named: bool) -> float:
    """0 for chance or nothing, 1 for the same; pictures of one region agree in nothing that counts."""
    if named:
        return float((photo == anime).mean())
    index = adjusted_rand(photo, anime)
    return 0.0 if np.isnan(index) else index


def kinds(labels: Labels) -> int:
    """Numbers that take at least KIND of the picture."""
    return int((np.unique(labels, return_counts=True)[1] >= KIND * labels.size).sum())


def released(shares: Shares, photo: Labels) -> float:
    """Mean cross entropy of what classes score in the drawing (c, h, w), 0..1, against the photo's classes.

    The scores are taken for logits, as in Scenimefy's code: with 150 classes it is 4.02 where all agrees and
    5.02 where nothing does, so that its threshold of 5.0 lets nearly everything pass.
    """
    normal = np.log(np.exp(shares).sum(0))
    rows, columns = np.indices(photo.shape)
    return float((normal - shares[photo, rows, columns]).mean())


def shift(photo: Rgb, anime: Rgb) -> float:
    """Mean distance from the edges of either picture to the other's, both ways; 0 where neither has any."""
    one, other = (_edges(luma(each)) for each in (photo, anime))
    return (_distance(one, other) + _distance(other, one)) / 2


def _distance(edges: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    if not edges.any():
        return 0.0
    if not others.any():
        return FARTHEST
    far = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(np.minimum(far, FARTHEST)[edges].mean())


def _edges(picture: Luma) -> NDArray[np.bool_]:
    """(H, W) to the ridges of the gradient, at ROWS rows."""
    size = max(1, round(picture.shape[1] * ROWS / picture.shape[0])), ROWS
    smooth = cv2.GaussianBlur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (0, 0), SIGMA)
    smooth = np.asarray(smooth, np.float32)
    across, down = (_slope(smooth, axis) for axis in (1, 0))
    strength = np.hypot(across, down)
    beside, above = (_largest(strength, axis) for axis in (1, 0))
    steep = np.abs(across) > np.abs(down)
    ridge = (steep & (strength == beside)) | (~steep & (strength == above))
    # A picture of one tone has no edges but the rounding of its own blur.
    strong = strength >= max(1.0, float(np.quantile(strength[ridge], 1 - _share(ridge))))
    return ridge & strong


def _slope(plane: Luma, axis: int) -> Luma:
    ahead, behind = _neighbours(plane, axis)
    return np.divide(ahead - behind, 2, dtype=np.float32)


def _largest(plane: Luma, axis: int) -> Luma:
    """Of a place and both its neighbours."""
    return np.maximum(plane, np.maximum(*_neighbours(plane, axis)))


def _neighbours(plane: Luma, axis: int) -> tuple[Luma, Luma]:
    padded = np.pad(plane, [(1, 1) if each == axis else (0, 0) for each in (0, 1)], "edge")
    size = plane.shape[axis]
    return padded.take(range(2, size + 2), axis), padded.take(range(size), axis)


def _share(ridge: NDArray[np.bool_]) -> float:
    """Of the ridges, as many as EDGES of all pixels."""
    return min(1.0, EDGES * ridge.size / max(1, int(ridge.sum())))
