"""Differences of pixels: L1, its smooth form after Charbonnier, and squares.

What: the mean over all values of two tensors of one shape, RGB in [0, 1].
Source: APISR (CVPR 2024), section 3.4, and AnimeSR (NeurIPS 2022), section 3.3, use L1; Charbonnier et al.,
"Two deterministic half-quadratic regularization algorithms for computed imaging", ICIP 1994.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor
from torch.nn import functional as F

PixelLoss = Callable[[Tensor, Tensor], Tensor]


def l1(result: Tensor, target: Tensor) -> Tensor:
    """Mean of |d|."""
    return F.l1_loss(result, target)


def charbonnier(result: Tensor, target: Tensor) -> Tensor:
    """Mean of sqrt(d^2 + 1e-6)."""
    return ((result - target).square() + 1e-6).sqrt().mean()


def squares(result: Tensor, target: Tensor) -> Tensor:
    """Mean of d^2."""
    return F.mse_loss(result, target)


def both(result: Tensor, target: Tensor) -> Tensor:
    """L1 and squares, which AnimeSR trains its operators with (its released code; the paper names L1)."""
    return l1(result, target) + squares(result, target)


PIXEL: Mapping[str, PixelLoss] = {"l1": l1, "charbonnier": charbonnier, "l2": squares, "l1+l2": both}
"""By the name in a recipe."""
