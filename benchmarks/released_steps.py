"""The steps of a sample done plainly, as released pipelines do them: by PyTorch, and by files for codecs.

Written from the facts (planes (1, 3, H, W), kernels filled up to 21x21, depthwise convolution, `interpolate`,
PyTorch's noise), not from the released code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from released import RELEASED
from sakuga.degrade.clip import Clip
from sakuga.degrade.kernels import bell, sinc
from sakuga.degrade.pipeline import Sample

WIDEST = 21


def released(sample: Sample, picture: Clip, folder: Path) -> Clip:
    """(1, H, W, 3) to what becomes of it; files lie in `folder`."""
    planes = torch.from_numpy(picture).permute(0, 3, 1, 2)
    for step in sample:
        planes = STEPS[step.operator](planes, folder, **step.parameters)
    return planes.permute(0, 2, 3, 1).numpy()


def _blur(planes: torch.Tensor, _: Path, kind: str, size: int, **told: float) -> torch.Tensor:
    made = sinc(size, told["cutoff"]) if kind == "sinc" else bell(kind, size, **told)
    kernel = torch.from_numpy(np.pad(made, (WIDEST - size) // 2))[None, None]
    height, width = planes.shape[-2:]
    padded = F.pad(planes, (WIDEST // 2,) * 4, "reflect")
    return F.conv2d(padded.view(3, 1, *padded.shape[-2:]), kernel).view(1, 3, height, width)


def _gaussian(planes: torch.Tensor, _: Path, sigma: list[float], grey: list[bool], seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    noise = torch.randn(1, 1 if grey[0] else 3, *planes.shape[-2:]) * sigma[0] / 255
    return (planes + noise).clamp(0, 1)


def _poisson(planes: torch.Tensor, _: Path, scale: float, grey: bool, seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    light = planes
    if grey:
        light = (planes * torch.tensor([0.2989, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    light = (light * 255).round().clamp(0, 255) / 255
    photons = 2 ** np.ceil(np.log2(len(torch.unique(light))))
    noise = torch.poisson(light * photons) / photons - light
    return (planes + noise * scale).clamp(0, 1)


def _resize(
    planes: torch.Tensor, _: Path, height: int, width: int, mode: str, factor: float | None = None
) -> torch.Tensor:
    if factor is not None:
        return F.interpolate(planes, scale_factor=factor, mode=mode)
    return F.interpolate(planes, (height, width), mode=mode)


def _codec(
    planes: torch.Tensor, folder: Path, codec: str, quality: int, **told: str | int | bool
) -> torch.Tensor:
    picture = planes[0].permute(1, 2, 0).numpy()
    back = RELEASED[codec](picture, folder, quality, str(told.get("preset", "medium")))
    return torch.from_numpy(np.ascontiguousarray(back)).permute(2, 0, 1)[None]


def _round(planes: torch.Tensor, _: Path) -> torch.Tensor:
    return planes.clamp(0, 1)


STEPS: Mapping[str, Callable[..., torch.Tensor]] = {
    "blur": _blur,
    "gaussian": _gaussian,
    "poisson": _poisson,
    "resize": _resize,
    "codec": _codec,
    "round": _round,
}
