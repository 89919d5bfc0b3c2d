"""hDCE: PatchNCE in which places that look alike in the source count more, and the positive is decoupled.

What: log of the summed exponentials of (negative - positive) / temperature, negatives weighted by how alike
the source finds them.
Source: Jung, Kwon and Ye, CVPR 2022, section 3.2; Scenimefy (ICCV 2023) weighs it 0.1. The value is that of
ordinary PatchNCE with weighted negatives, 0 or more, which can be compared between runs; the gradient is that
of the decoupled loss.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from sakuga.losses.patch_nce import TEMPERATURE, logits, without_self


def hard_nce(query: Tensor, key: Tensor, weights: Tensor | None = None) -> Tensor:
    """One number from vectors (b, n, d) of length 1; weights: (b, n, n) of the negatives, see `hardness`."""
    scores = logits(query, key.detach(), weights) / TEMPERATURE
    decoupled = (scores[..., 1:] - scores[..., :1]).logsumexp(-1).mean()
    shown = F.cross_entropy(scores.detach().flatten(0, -2), _first(scores))
    return decoupled - decoupled.detach() + shown


def hardness(key: Tensor, gamma: float) -> Tensor:
    """(b, n, n), up to 1: how alike a picture's vectors (b, n, d) are, softly where gamma is large."""
    alike = F.softmax(without_self(key.detach() @ key.detach().mT) / gamma, -1)
    return alike / alike.amax(-1, keepdim=True)


def curriculum(epoch: int, epochs: int = 20, start: float = 50.0, end: float = 10.0) -> float:
    """Gamma of an epoch, counted from 1: a line from `start`, before the first, to `end` in the last."""
    return start + (end - start) * epoch / epochs


def _first(scores: Tensor) -> Tensor:
    return torch.zeros(scores.shape[:-1].numel(), dtype=torch.long, device=scores.device)
