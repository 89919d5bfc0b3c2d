"""Semantic relation consistency: what is alike in the source stays alike in the result.

What: Jensen-Shannon divergence between the two pictures' distributions of likeness, summed over places; 0 for
equal relations, at most ln(2) for each place.
Source: Jung, Kwon and Ye, "Exploring patch-wise semantic relation for contrastive learning in image-to-image
translation tasks", CVPR 2022, section 3.1; Scenimefy (ICCV 2023) weighs it 0.05.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from sakuga.models.patch_heads import unit


def relation(query: Tensor, key: Tensor) -> Tensor:
    """One number from vectors (b, n, d), the mean over pictures; no gradient goes into the keys."""
    ours, theirs = _likeness(query), _likeness(key.detach())
    middle = ((ours.exp() + theirs.exp()) / 2).log()
    apart = [F.kl_div(middle, each, reduction="sum", log_target=True) for each in (ours, theirs)]
    return (apart[0] + apart[1]) / 2 / query.shape[0]


def _likeness(vectors: Tensor) -> Tensor:
    """(b, n, n): for each place the logarithm of how its likeness is shared out among all."""
    directions = unit(vectors)
    return F.log_softmax(directions @ directions.mT, -1)
