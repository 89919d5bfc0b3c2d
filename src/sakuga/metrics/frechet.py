"""Fréchet distance: how far two sets of pictures are from each other, each taken for a Gaussian of features.

What: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of means and covariances of features that a network sees.
Range: 0 and up, lower is better. It is larger for few pictures than for many of the same kind, so that only
numbers of equally many pictures, seen by the same network, can be compared.
Source: Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium",
NeurIPS 2017 (FID, where the network is Inception v3); Dowson and Landau, 1982.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64]
"""(pictures, values)."""


def frechet(one: Features, other: Features) -> float:
    """The distance of two sets; NaN where one has fewer than two pictures."""
    if min(len(one), len(other)) < 2:
        return float("nan")
    first, second = _centred(one), _centred(other)
    apart = float(((one.mean(0) - other.mean(0)) ** 2).sum())
    spread = float((first**2).sum() + (second**2).sum())
    # tr (C1 C2)^(1/2) is the sum of the singular values of X1 X2', which need not be as large as C.
    shared = float(np.linalg.svd(_small(first) @ _small(second).T, compute_uv=False).sum())
    return max(0.0, apart + spread - 2 * shared)


def _centred(features: Features) -> Features:
    """X with C = X'X."""
    return (features - features.mean(0)) / np.sqrt(len(features) - 1)


def _small(rows: Features) -> Features:
    """Others with the same X'X, no more rows than columns."""
    return rows if rows.shape[0] <= rows.shape[1] else np.linalg.qr(rows, "r")
