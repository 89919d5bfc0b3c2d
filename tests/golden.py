"""The deterministic filler of the fact sheet on Scenimefy: numbers that any program can make again."""

from __future__ import annotations

import math

import numpy as np
import torch


def filler(count, offset):
    """`count` numbers from -0.5 to 0.5, from 32-bit arithmetic."""
    first = (1 + offset * 1000003) % 2**32
    v = np.arange(first, first + count, dtype=np.int64).astype(np.uint32) * np.uint32(2654435761)
    for shift, factor in ((16, 2246822519), (13, 3266489917)):
        v = (v ^ v >> np.uint32(shift)) * np.uint32(factor)
    v ^= v >> np.uint32(16)
    return torch.from_numpy(v.astype(np.float64) / 2**32 - 0.5)


def filled(network, value):
    """`network` with value(name, tensor, numbers) in every tensor but the kernels of its blurs."""
    with torch.no_grad():
        for place, (name, tensor) in enumerate(network.state_dict().items()):
            if not name.endswith(("filt", "kernel")):
                numbers = filler(tensor.numel(), place).view(tensor.shape)
                tensor.copy_(value(name, tensor, numbers))
    return network.eval()


def as_convolutions(_name, tensor, numbers):
    """Weights at He's variance, biases small."""
    if tensor.ndim == 1:
        return numbers * 0.1
    return numbers * math.sqrt(12) * math.sqrt(2 / tensor[0].numel())


def waves(channels, height, width):
    """(1, channels, height, width): sin(0.11 i c) cos(0.07 j), all counted from 1."""
    c, i, j = (torch.arange(1, n + 1, dtype=torch.float64) for n in (channels, height, width))
    return (torch.sin(0.11 * i[:, None] * c[:, None, None]) * torch.cos(0.07 * j))[None]
