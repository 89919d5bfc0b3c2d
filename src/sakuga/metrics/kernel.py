"""Kernel distance: how far two sets of pictures are from each other, by their likeness within and between.

What: the unbiased square of the maximum mean discrepancy of features under (x'y / values + 1)^3, over all
pictures at once, so that no chance is in it.
Range: about 0 for sets of one kind, where it can be slightly below, and up; lower is better. Its mean does
not depend on how many pictures there are.
Source: Binkowski et al., "Demystifying MMD GANs", ICLR 2018 (KID, where the network is Inception v3); they
take the mean over random subsets, which papers often tell times 1,000.
"""

from __future__ import annotations

from sakuga.metrics.frechet import Features

BLOCK = 1024
"""Rows whose likeness is held at a time."""


def kernel_distance(one: Features, other: Features) -> float:
    """Of two sets; NaN where one has fewer than two pictures."""
    n, m = len(one), len(other)
    if min(n, m) < 2:
        return float("nan")
    within = (_total(one, one) - _own(one)) / (n * (n - 1)) + (_total(other, other) - _own(other)) / (
        m * (m - 1)
    )
    return within - 2 * _total(one, other) / (n * m)


def _total(one: Features, other: Features) -> float:
    blocks = (one[first : first + BLOCK] @ other.T for first in range(0, len(one), BLOCK))
    return float(sum(((block / one.shape[1] + 1) ** 3).sum() for block in blocks))


def _own(features: Features) -> float:
    """Of each picture with itself."""
    return float(((((features**2).sum(1)) / features.shape[1] + 1) ** 3).sum())
