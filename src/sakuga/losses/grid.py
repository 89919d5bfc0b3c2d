"""The grid that a pixel shuffle can leave, and that other losses pass over.

What: what repeats between two pictures from one LQ pixel to the next.
Source: none; perceptual losses, whose networks go in steps of 2 or 4 pixels, led sakuga's own to one.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

NEAR = 3
"""LQ pixels, each way, that a grid must run through to be one."""


def grid_loss(result: Tensor, target: Tensor, scale: int) -> Tensor:
    """Mean |d| that one place within an LQ pixel has, and others have not, over NEAR x NEAR LQ pixels.

    result, target: (..., C, H, W), H and W at least NEAR multiples of `scale`. Returns a scalar. What differs
    without such an order has no mean, and costs little here.
    """
    places = F.pixel_unshuffle((result - target).flatten(0, -3)[:, None], scale)
    return F.avg_pool2d(places - places.mean(1, keepdim=True), NEAR, stride=1).abs().mean()
