"""PatchNCE: a place in the result should be known again by the same place in the source.

What: cross entropy of finding one's own key among all keys of a picture, by cosines over a temperature; 0 or
more, ln(places) where nothing is known.
Source: CUT (Park et al., ECCV 2020), section 3.2. Scenimefy (ICCV 2023), section 3.3, takes it as its
StylePatchNCE: the queries are of the result for a pair's photo, the keys of the pair's drawing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

TEMPERATURE = 0.07
NEVER = -10.0
"""The cosine of one's own place among the negatives: it cannot be mistaken for itself."""


def patch_nce(query: Tensor, key: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Loss of each place, (b, n), from vectors (b, n, d) of length 1; keys get no gradient."""
    return _entropy(logits(query, key.detach()) / temperature)


def style_patch_nce(queries: Sequence[Tensor], keys: Sequence[Tensor]) -> Tensor:
    """Mean over all layers and places: how well the result has the drawing's look at each place."""
    return torch.stack([patch_nce(q, k).mean() for q, k in zip(queries, keys, strict=True)]).mean()


def logits(query: Tensor, key: Tensor, weights: Tensor | None = None) -> Tensor:
    """(b, n, 1 + n): the cosine with one's own key, then with all, these times `weights` (b, n, n)."""
    own = (query * key).sum(-1, keepdim=True)
    others = query @ key.mT
    if weights is not None:
        others = others * weights
    return torch.cat((own, without_self(others)), -1)


def without_self(similarity: Tensor) -> Tensor:
    """(b, n, n) with the diagonal at NEVER."""
    itself = torch.eye(similarity.shape[-1], dtype=torch.bool, device=similarity.device)
    return similarity.masked_fill(itself, NEVER)


def _entropy(scores: Tensor) -> Tensor:
    """(b, n, 1 + n) to (b, n); the right answer is the first."""
    first = torch.zeros(scores.shape[:-1], dtype=torch.long, device=scores.device)
    return F.cross_entropy(scores.flatten(0, -2), first.flatten(), reduction="none").view_as(first)
