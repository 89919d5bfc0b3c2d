"""The network that is a chain of convolutions, before it has learned."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from sakuga.models.compact import Compact


def test_what_begins_hears_its_input_through_all_layers():
    """PyTorch's own start gives 5e-8 here: its result hangs on the biases alone."""
    torch.manual_seed(0)
    network = Compact(16, 64, 2)
    one, other = (network.body(torch.rand(1, 3, 16, 16)) for _ in range(2))
    assert float((one - other).detach().std()) > 1e-2


@pytest.mark.parametrize("fold", [1, 2])
@pytest.mark.parametrize("base", ["nearest", "bilinear"])
def test_what_is_corrected_is_the_enlarged_picture(base, fold):
    network = Compact(2, 8, 2, base=base, fold=fold)
    torch.nn.init.zeros_(network.body[-1].weight)
    picture = torch.rand(1, 3, 8, 12)
    torch.testing.assert_close(network(picture), F.interpolate(picture, scale_factor=2.0, mode=base))


def test_a_folded_picture_is_seen_whole():
    """Each pixel that is folded into channels reaches the result, at the place that it came from."""
    torch.manual_seed(0)
    network = Compact(1, 16, 2, fold=2)
    picture = torch.rand(1, 3, 16, 16)
    changed = picture.clone()
    changed[..., 9, 6] += 1
    moved = (network(changed) - network(picture)).abs().amax((0, 1)) > 1e-6
    rows, columns = moved.nonzero().T
    assert moved[18:20, 12:14].all()
    assert (rows.min(), columns.min()) >= (2 * (8 - 6), 2 * (6 - 6))
    assert (rows.max(), columns.max()) < (2 * (10 + 6), 2 * (8 + 6))
