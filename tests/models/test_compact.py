"""The network that is a chain of convolutions, before it has learned."""

from __future__ import annotations

import torch

from sakuga.models.compact import Compact


def test_what_begins_hears_its_input_through_all_layers():
    """PyTorch's own start gives 5e-8 here: its result hangs on the biases alone."""
    torch.manual_seed(0)
    network = Compact(16, 64, 2)
    one, other = (network.body(torch.rand(1, 3, 16, 16)) for _ in range(2))
    assert float((one - other).detach().std()) > 1e-2
