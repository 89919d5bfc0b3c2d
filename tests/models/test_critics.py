"""Critics, operators and feature networks: sizes, names, and results against plain restatements."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50, vgg16, vgg19

from sakuga.errors import WeightsError
from sakuga.models.critics import CRITICS, MultiScaleCritic, UNetCritic
from sakuga.models.features import FEATURES, fill
from sakuga.models.lbo import LBO
from sakuga.models.resnet import ResNet50
from sakuga.models.vgg import VGG


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("name", "parameters"), [("patch", 2_764_737), ("multi-scale", 8_294_211), ("unet", 4_376_897)]
)
def test_critics_have_the_published_size(name, parameters):
    assert count(CRITICS[name]()) == parameters


def test_multi_scale_critic_has_the_published_names_and_maps():
    critic = MultiScaleCritic()
    shapes = [(64, 3, 4, 4), (128, 64, 4, 4), (256, 128, 4, 4), (512, 256, 4, 4), (1, 512, 4, 4)]
    wanted = {
        f"dis_list.{scale}.model.{place}.weight_orig": shape
        for scale in range(3)
        for place, shape in zip((0, 2, 5, 8, 11), shapes, strict=True)
    }
    state = critic.state_dict()
    assert {name: tuple(state[name].shape) for name in state if name.endswith("orig")} == wanted
    assert {name.rsplit(".", 1)[1] for name in state} == {"bias", "weight_orig", "weight_u", "weight_v"}
    assert [tuple(s.shape) for s in critic(torch.rand(2, 3, 256, 256))] == [(2, 1, n, n) for n in (30, 14, 6)]


def normal(weight, u, v):
    """A weight divided by its largest singular value, as the stored vectors estimate it."""
    return weight / torch.dot(u, weight.flatten(1) @ v)


def test_multi_scale_critic_is_the_plain_one():
    torch.manual_seed(0)
    critic = MultiScaleCritic(channels=4).eval()
    x = torch.rand(1, 3, 128, 136)
    state = critic.state_dict()
    wanted, picture = [], x
    for scale in range(3):
        y = picture
        for place, stride in ((0, 2), (2, 2), (5, 2), (8, 1), (11, 1)):
            at = f"dis_list.{scale}.model.{place}."
            weight = normal(*(state[at + name] for name in ("weight_orig", "weight_u", "weight_v")))
            y = F.conv2d(y, weight, state[at + "bias"], stride, padding=1)
            y = y if place == 11 else F.leaky_relu(y, 0.2)
        wanted.append(y)
        half = [side // 2 for side in picture.shape[2:]]
        picture = F.interpolate(picture, half, mode="bilinear", align_corners=True)
    for ours, plain in zip(critic(x), wanted, strict=True):
        torch.testing.assert_close(ours, plain)


def test_unet_critic_judges_each_pixel_and_has_the_published_names():
    critic = UNetCritic()
    (scores,) = critic(torch.rand(2, 3, 24, 32))
    assert scores.shape == (2, 1, 24, 32)
    state = set(critic.state_dict())
    assert {f"conv{i}.weight_orig" for i in range(1, 9)} <= state
    assert {"conv0.weight", "conv0.bias", "conv9.weight", "conv9.bias"} <= state
    assert "conv1.bias" not in state


def test_lbo_is_the_published_one():
    torch.manual_seed(0)
    network = LBO()
    assert count(network) == 45_635
    state = network.state_dict()
    assert {name: tuple(state[name].shape) for name in state} == {
        "main.0.weight": (64, 12, 3, 3),
        "main.0.bias": (64,),
        "main.2.weight": (64, 64, 3, 3),
        "main.2.bias": (64,),
        "main.4.weight": (3, 64, 3, 3),
        "main.4.bias": (3,),
    }
    x = torch.rand(1, 3, 12, 16)
    y = torch.stack([x[:, c, dy::2, dx::2] for c in range(3) for dy in (0, 1) for dx in (0, 1)], 1)
    for place in (0, 2, 4):
        y = F.conv2d(y, state[f"main.{place}.weight"], state[f"main.{place}.bias"], padding=1)
        y = y if place == 4 else F.leaky_relu(y, 0.2)
    torch.testing.assert_close(network(x), y)


@pytest.mark.parametrize(("depth", "theirs"), [(16, vgg16), (19, vgg19)])
def test_vgg_is_torchvisions_up_to_its_last_tap(depth, theirs):
    torch.manual_seed(0)
    reference = theirs(weights=None).eval()
    taps = ("conv1_2", "conv2_2", "conv5_3")
    ours = VGG(depth, taps).eval()
    ours.load_state_dict({n: t for n, t in reference.state_dict().items() if n.startswith("features.")})
    x = torch.rand(1, 3, 40, 33)
    indices = {16: (2, 7, 28), 19: (2, 7, 32)}[depth]
    with torch.inference_mode():
        seen = ours(x)
        for tap, index in zip(taps, indices, strict=True):
            torch.testing.assert_close(seen[tap], reference.features[: index + 1](x))


def test_resnet_gives_raw_convolutions_and_keeps_nothing():
    torch.manual_seed(0)
    taps = FEATURES["resnet50-danbooru"].taps
    ours = ResNet50(taps).eval()
    assert count(ours) == 23_508_032
    assert len(ours.state_dict()) == 318
    shapes = {n: tuple(t.shape[1:]) for n, t in ours(torch.rand(1, 3, 256, 256)).items()}
    assert list(shapes.values()) == [
        (64, 128, 128),
        (256, 64, 64),
        (512, 32, 32),
        (1024, 16, 16),
        (2048, 8, 8),
    ]
    x = torch.rand(1, 3, 64, 64, requires_grad=True)
    seen = ours(x)
    torch.testing.assert_close(seen["conv1"], ours.body.conv1(x))
    seen["layer4.2.conv3"].sum().backward()
    assert x.grad.abs().sum() > 0


def stand_in(name):
    """A file of the true names and shapes of a published one, with numbers of no worth."""
    body = {n: t for n, t in resnet50(weights=None).state_dict().items() if not n.startswith("fc.")}
    if name == "vgg19-imagenet":
        return vgg19(weights=None).state_dict()
    if name == "resnet50-danbooru":
        numbers = {"conv1": 0, "bn1": 1, "layer1": 4, "layer2": 5, "layer3": 6, "layer4": 7}
        return {f"0.{numbers[n.split('.')[0]]}.{n.split('.', 1)[1]}": t for n, t in body.items()} | {
            "1.2.weight": torch.zeros(4096)
        }
    if name == "resnet50-augnet":
        return {f"module.pre.{n}": t for n, t in body.items()} | {"module.pre.fc.bias": torch.zeros(768)}
    state = {}
    convs = iter([(n, t) for n, t in vgg16(weights=None).state_dict().items() if n.startswith("features.")])
    places = ((1, (0, 2)), (2, (6, 8)), (3, (12, 14, 16)), (4, (20, 22, 24)), (5, (28, 30, 32)))
    for piece, numbers in places:
        for number in numbers:
            for kind in ("weight", "bias"):
                state[f"net.slice{piece}.{number}.{kind}"] = next(convs)[1]
    return state | {
        "lin0.model.1.weight": torch.zeros(1, 64, 1, 1),
        "net.slice2.5.filt": torch.zeros(64, 1, 3, 3),
    }


@pytest.mark.parametrize("name", FEATURES)
def test_feature_networks_take_stand_ins_with_the_published_names(name):
    torch.manual_seed(1)
    spec, state = FEATURES[name], stand_in(name)
    network = spec.build(spec.taps).eval()
    fill(network, state, spec)
    first = next(iter(network.state_dict().values()))
    assert any(torch.equal(first, tensor) for tensor in state.values())
    seen = network(torch.rand(1, 3, 64, 64))
    assert set(seen) == set(spec.taps)
    damaged = dict(list(state.items())[2:])
    with pytest.raises(WeightsError, match=f"The weights of {name} do not fit it"):
        fill(network, damaged, spec)


def test_each_stand_in_stands_in_for_one_of_the_papers():
    assert {spec.instead_of for spec in FEATURES.values()} == {"", "vgg19-imagenet", "resnet50-danbooru"}
    assert all(isinstance(FEATURES[n].build(FEATURES[n].taps), nn.Module) for n in ("vgg16-stlpips",))
