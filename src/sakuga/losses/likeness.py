"""Whether two pictures show the same to an encoder, as wholes and patch by patch.

What: one minus the cosine of two vectors; and the cross entropy of finding one's own among the patches of all
pictures of a batch at the same place.
Range: 0 to 2; 0 or more, about ln(pictures) where nothing is known. Lower is better.
Source: Scenimefy (ICCV 2023), section 3.1, with CLIP; the patches are those of Kwon and Ye, "One-shot
adaptation of GAN in just one CLIP", 2022.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from sakuga.losses.patch_nce import patch_nce


def unlike(result: Tensor, source: Tensor) -> Tensor:
    """Vectors (b, d) of results and of their sources, which get no gradient, to one number."""
    return (1 - F.cosine_similarity(result, source.detach(), dim=-1)).mean()


def patch_contrast(result: Tensor, source: Tensor, temperature: float) -> Tensor:
    """Vectors (patches, b, d): each of the b at a place is compared with all b sources there; one number."""
    query, key = (F.normalize(each, dim=-1) for each in (result, source))
    return patch_nce(query, key, temperature).mean()


def places(count: int, size: int, side: int, chance: torch.Generator) -> list[tuple[int, int]]:
    """Top and left of `count` squares of `side` in pictures of `size`."""
    drawn = torch.randint(size - side + 1, (count, 2), generator=chance)
    return [(int(corner[0]), int(corner[1])) for corner in drawn]


def cut(pictures: Tensor, corners: list[tuple[int, int]], side: int) -> Tensor:
    """(b, c, h, w) to (patches, b, c, side, side)."""
    return torch.stack([pictures[..., top : top + side, left : left + side] for top, left in corners])
