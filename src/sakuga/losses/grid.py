"""The grid that a pixel shuffle can leave, and that other losses pass over.

What: what repeats between two pictures every four pixels, as many as one LQ pixel becomes at 4x.
Source: none; perceptual losses, whose networks go in steps of 2 or 4 pixels, led sakuga's own to one.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

SIDE = 4
"""Pixels of a cell of the grid."""
NEAR = 3
"""Cells, each way, that a grid must run through to be one."""


def grid_loss(result: Tensor, target: Tensor) -> Tensor:
    """Mean |d| that one place within a cell has, and others have not, over NEAR x NEAR cells.

    result, target: (..., C, H, W), H and W at least SIDE x NEAR; parts of cells at the lower and right border
    are not looked at. Returns a scalar. What differs without such an order has no mean, and costs little.
    """
    height, width = (side // SIDE * SIDE for side in result.shape[-2:])
    apart = (result - target)[..., :height, :width].flatten(0, -3)[:, None]
    places = F.pixel_unshuffle(apart, SIDE)
    return F.avg_pool2d(places - places.mean(1, keepdim=True), NEAR, stride=1).abs().mean()
