"""Region match: whether a picture is still parted into the regions of another, whatever their colours.

What: the adjusted Rand index of the two pictures' segmentations: of all pairs of pixels, how much more often
than by chance both pictures say the same of whether the two belong together.
Range: -0.5 to 1, higher is better; 0 is chance, 1 the same regions; NaN where both are of one region.
Source: Hubert and Arabie, "Comparing partitions", Journal of Classification 1985. Papers on translation
compare what a network for segmentation sees in both; any such segmenter can be passed. The one built in knows
nothing of things: it is k-means over colour, unrest and place, on a small copy.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels

Labels = NDArray[np.int64]
"""(h, w), a number for each region."""
Segmenter = Callable[[Pixels], Labels]

SIDE = 96
"""Longer side of the copy."""
REGIONS = 6
PLACE = 0.5
"""Of what a picture's sides weigh against a standard deviation of its colours."""
ROUNDS = 20


def region_match(pixels: Pixels, reference: Pixels, segmenter: Segmenter | None = None) -> float:
    """Two pictures (H, W, 3) of one size to the index. segmenter: gives (h, w) labels, of any size."""
    parted = segmenter or segments
    return adjusted_rand(parted(pixels), parted(reference))


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Of two labellings of one shape."""
    _, first = np.unique(one.ravel(), return_inverse=True)
    _, second = np.unique(other.ravel(), return_inverse=True)
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), 1)
    both, rows, columns = (_choose_two(each) for each in (table, table.sum(1), table.sum(0)))
    expected = rows * columns / max(1.0, _choose_two(np.array([first.size])))
    largest = (rows + columns) / 2
    return float((both - expected) / (largest - expected)) if largest != expected else float("nan")


def segments(pixels: Pixels) -> Labels:
    """Six clusters of pixels by lightness, colour, local unrest and place; the same for the same picture."""
    small = _small(pixels)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness = np.ascontiguousarray(lab[..., 0])
    mean = cv2.blur(lightness, (5, 5))
    unrest = np.sqrt(np.maximum(cv2.blur(lightness**2, (5, 5)) - mean**2, 0))
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.5)
    height, width = small.shape[:2]
    y, x = np.mgrid[:height, :width] / max(height, width)
    spread = [*np.moveaxis(smooth, -1, 0), unrest]
    points = np.stack([_standard(each) for each in spread] + [(each - 0.5) / PLACE for each in (y, x)], -1)
    return _clusters(points.reshape(-1, points.shape[-1])).reshape(height, width)


def _clusters(points: NDArray[np.float64]) -> Labels:
    """k-means from centres that are far from each other, so that no chance is in it."""
    centres = _far(points)
    labels = np.zeros(len(points), np.int64)
    for _ in range(ROUNDS):
        labels = np.argmin(((points[:, None] - centres) ** 2).sum(-1), 1)
        known = [labels == number for number in range(len(centres))]
        renewed = [
            points[mine].mean(0) if mine.any() else old for mine, old in zip(known, centres, strict=True)
        ]
        if np.allclose(renewed, centres):
            break
        centres = np.stack(renewed)
    return labels


def _far(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The point nearest to the mean, then each time the one that is farthest from all before."""
    chosen = [points[((points - points.mean(0)) ** 2).sum(1).argmin()]]
    nearest = ((points - chosen[0]) ** 2).sum(1)
    for _ in range(REGIONS - 1):
        chosen.append(points[nearest.argmax()])
        nearest = np.minimum(nearest, ((points - chosen[-1]) ** 2).sum(1))
    return np.stack(chosen)


def _standard(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Over the picture: mean 0 and, where anything changes, deviation 1."""
    centred = values.astype(np.float64) - float(values.mean())
    return centred / max(float(centred.std()), 1.0)


def _small(pixels: Pixels) -> NDArray[np.uint8]:
    eight = pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)
    factor = SIDE / max(eight.shape[:2])
    size = max(1, round(eight.shape[1] * factor)), max(1, round(eight.shape[0] * factor))
    return np.asarray(cv2.resize(eight[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)


def _choose_two(counts: NDArray[np.float64]) -> float:
    return float((counts * (counts - 1) / 2).sum())
