"""The running average of a network's weights, which is steadier than they are and is what gets exported."""

from __future__ import annotations

from typing import Any, cast

from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def averaged(network: nn.Module, decay: float) -> AveragedModel | None:
    """One that begins as `network` is; None for a decay of 0."""
    if not decay:
        return None
    average = AveragedModel(network, multi_avg_fn=cast("Any", get_ema_multi_avg_fn)(decay))
    # Its first update would copy; the average begins as the network does.
    average.n_averaged.fill_(1)
    return average
