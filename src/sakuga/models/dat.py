"""APISR's small DAT, x4: spandrel's network with the hyper-parameters of the published file."""

from __future__ import annotations

import warnings
from typing import Any

from torch import nn


def dat() -> nn.Module:
    """(b, 3, h, w) RGB in [0, 1], any h and w, to (b, 3, 4h, 4w) unclamped."""
    from spandrel.architectures import DAT

    build: Any = DAT.DAT
    with warnings.catch_warnings():
        # It calls torch.meshgrid in the old way.
        warnings.simplefilter("ignore", UserWarning)
        return build(
            embed_dim=180,
            split_size=[8, 16],
            depth=[6] * 6,
            num_heads=[6] * 6,
            expansion_factor=2,
            upscale=4,
            upsampler="pixelshuffledirect",
        )
