"""RRDBNet, Compact and their enlarging convolution against spandrel and plain PyTorch."""

import pytest
import torch
from spandrel.architectures.Compact import CompactArch
from spandrel.architectures.ESRGAN import ESRGANArch
from torch.nn import functional as F

from sakuga.errors import ModelError
from sakuga.models.compact import Compact
from sakuga.models.derived import freeze
from sakuga.models.networks import build
from sakuga.models.rrdb import RRDBNet
from sakuga.models.spec import FileSource, ModelSpec
from sakuga.models.upsample import UpConv


def stirred(network):
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
    return network.eval()


@torch.inference_mode()
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_rrdbnet_is_spandrels(scale):
    ours = stirred(RRDBNet(blocks=2, scale=scale))
    theirs = ESRGANArch().load(ours.state_dict())
    assert theirs.scale == scale
    x = torch.rand(2, 3, 16, 24)
    torch.testing.assert_close(ours(x), theirs.model.eval()(x), rtol=1e-5, atol=1e-6)


@torch.inference_mode()
@pytest.mark.parametrize("scale", [2, 4])
def test_compact_is_spandrels(scale):
    ours = stirred(Compact(convs=5, channels=24, scale=scale))
    theirs = CompactArch().load(ours.state_dict())
    x = torch.rand(2, 3, 17, 9)
    torch.testing.assert_close(ours(x), theirs.model.eval()(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (5, 7)])
def test_enlarging_convolution_is_enlargement_and_convolution(size):
    layer = UpConv(6).double()
    x = torch.rand(2, 6, *size, dtype=torch.float64, requires_grad=True)
    plain = F.conv2d(F.interpolate(x, scale_factor=2.0), layer.weight, layer.bias, padding=1)
    torch.testing.assert_close(layer(x), plain)
    torch.testing.assert_close(
        torch.autograd.grad(layer(x).square().sum(), layer.weight),
        torch.autograd.grad(plain.square().sum(), layer.weight),
    )


def test_frozen_networks_stay_so_until_they_learn():
    network = stirred(RRDBNet(blocks=1, channels=8, growth=4))
    x = torch.rand(1, 3, 6, 4)
    freeze(network)
    frozen = network(x)
    with torch.no_grad():
        network.conv_up1.weight.mul_(2)
    torch.testing.assert_close(network(x), frozen)
    assert "conv_up1.constant" not in network.state_dict()
    assert (network.train()(x) - frozen).abs().max() > 1e-4


@pytest.mark.parametrize("options", [{"blocs": 6}, {"scale": 0}, {"blocks": "six"}])
def test_options_that_no_network_has_are_named(options):
    spec = ModelSpec("mine", "rrdb", 4, FileSource("mine.safetensors"), options=options)
    with pytest.raises(ModelError, match=next(iter(options))):
        build(spec)


def test_networks_of_others_are_not_built_here():
    with pytest.raises(ModelError, match="community"):
        build(ModelSpec("mine", "community", 4, FileSource("mine.pth")))
