"""A stand-in for pyiqa, which is not installed here: the interface of pyiqa 0.1.16, and made-up numbers.

As there, a metric is a module over `net`, takes a tensor (b, 3, h, w) in [0, 1], and draws its crops from
NumPy's shared generator.
"""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import torch

LOWER = {"niqe": True, "maniqa-pipal": False, "clipiqa": False, "hyperiqa": False}


class InferenceModel(torch.nn.Module):
    def __init__(self, metric_name, as_loss=False, device=None, seed=123, **kwargs):
        super().__init__()
        self.metric_name, self.metric_mode = metric_name, "NR"
        self.lower_better = LOWER[metric_name]
        self.net = torch.nn.Conv2d(3, 1, 1, device=device)
        with torch.no_grad():
            self.net.weight.fill_(len(metric_name) / 10)
            self.net.bias.zero_()

    def forward(self, target, ref=None, **kwargs):
        assert target.ndim == 4, "Input must be 4D tensor (B, C, H, W)"
        assert target.shape[1] == 3
        assert target.min() >= 0
        assert target.max() <= 1
        side = min(8, *target.shape[2:])
        top, left = (np.random.randint(0, each - side + 1) for each in target.shape[2:])
        with torch.no_grad():
            return self.net(target[:, :, top : top + side, left : left + side]).mean((1, 2, 3), keepdim=True)


def create_metric(metric_name, as_loss=False, device=None, **kwargs):
    assert metric_name in LOWER, f"Metric {metric_name} not implemented yet."
    return InferenceModel(metric_name, as_loss=as_loss, device=device, **kwargs)


def module():
    """What `import pyiqa` would give."""
    made = ModuleType("pyiqa")
    made.create_metric, made.__version__ = create_metric, "0.1.16+stand-in"
    return made


def installed():
    """Put it where `import pyiqa` finds it; for a process of its own."""
    sys.modules["pyiqa"] = module()
