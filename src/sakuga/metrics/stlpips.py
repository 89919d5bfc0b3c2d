"""ST-LPIPS: how differently two pictures look to a network that was taught by people's judgements.

What: the weighted squared differences of a VGG-16's features at five depths, which shifts by a pixel hardly
change.
Range: 0 for equal pictures and up, lower is better; about 0.02 a shift by a pixel, above 0.15 plain damage.
NaN below 18 pixels a side.
Source: Ghildyal and Liu, "Shift-tolerant Perceptual Similarity Metric", ECCV 2022; values are those of
stlpips-pytorch 0.0.2, whose weights are fetched by package name. Needs PyTorch, and runs on the CPU, so that
numbers of two machines can be compared.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from sakuga.errors import ModelError
from sakuga.media.frames import Pixels
from sakuga.metrics.levels import levels

if TYPE_CHECKING:
    from torch import Tensor

    from sakuga.models.stlpips import STLPIPS


def st_lpips(pixels: Pixels, reference: Pixels) -> float:
    """Two pictures (H, W, 3) of one size to the distance.

    Raises ModelError without PyTorch, WeightsError where the weights cannot be had.
    """
    return st_lpips_of_all([pixels], reference)[0]


def st_lpips_of_all(pictures: Sequence[Pixels], reference: Pixels) -> list[float]:
    """The same of several with one reference, which is looked at once: nearly half the time."""
    network = _network()
    import torch

    from sakuga.models.stlpips import SMALLEST

    if min(reference.shape[:2]) < SMALLEST:
        return [float("nan")] * len(pictures)
    with torch.inference_mode():
        return network(torch.cat([_tensor(each) for each in pictures]), _tensor(reference)).tolist()


def origin() -> dict[str, str]:
    """The sha256 of the weights, which are then here, and the version of what runs them.

    Raises ModelError without PyTorch, WeightsError where the weights cannot be had.
    """
    _network()
    from sakuga.models.stlpips import PUBLISHED

    (sha256,) = PUBLISHED.source.members.values()
    return {"weights": sha256, "torch": version("torch")}


@lru_cache(maxsize=1)
def _network() -> STLPIPS:
    if importlib.util.find_spec("torch") is None:
        raise ModelError('st-lpips needs PyTorch; `pip install "sakuga[torch]"` brings it.')
    from sakuga.models.stlpips import load

    return load()


def _tensor(pixels: Pixels) -> Tensor:
    import torch

    values = levels(pixels) / 127.5 - 1
    wide = np.broadcast_to(values, (*values.shape[:2], 3)).transpose(2, 0, 1)
    return torch.as_tensor(np.ascontiguousarray(wide, np.float32))[None]
