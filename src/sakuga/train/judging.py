"""Judge networks on held-out pictures: degraded by fixed seeds, restored, and measured against their GT."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import torch
from torch import nn

from sakuga.degrade.clip import to_clip, to_frames
from sakuga.errors import ModelError, WeightsError
from sakuga.media.plain import Rgb
from sakuga.metrics.table import METRICS
from sakuga.train.measures import enlarged
from sakuga.train.validation import Held

MEASURES = ("psnr", "niqe", "st-lpips")

Restore = Callable[[Held], Rgb]


def judged(restore: Restore, held: Sequence[Held]) -> Mapping[str, float]:
    """Measure -> mean over the pictures; NaN where it has no value, or its weights cannot be had."""
    results = [restore(each) for each in held]
    return {name: _mean(name, results, held) for name in MEASURES}


def bicubic(held: Held) -> Rgb:
    """What every network is compared with."""
    return enlarged(held.lq, held.gt.shape)


def by(network: nn.Module, device: torch.device) -> Restore:
    """`network`, in eval mode on `device`."""

    @torch.inference_mode()
    def restore(held: Held) -> Rgb:
        planes = torch.as_tensor(to_clip(held.lq[None]).transpose(0, 3, 1, 2).copy(), device=device)
        result = network(planes)[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
        return to_frames(result[None])[0]

    return restore


def _mean(name: str, results: Sequence[Rgb], held: Sequence[Held]) -> float:
    metric = METRICS[name]
    try:
        if metric.needs == "nothing":
            values = [metric.measure(result) for result in results]
        else:
            values = [metric.measure(result, each.gt) for result, each in zip(results, held, strict=True)]
    except (ModelError, WeightsError):
        return math.nan
    numbers = [value for value in values if math.isfinite(value)]
    return fmean(numbers) if numbers else math.nan
