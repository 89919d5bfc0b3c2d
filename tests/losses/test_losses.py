"""Losses: values by hand, laws for all of them, and a gradient through both perceptual networks."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sakuga.losses.adversarial import GAMES, fooling, judging
from sakuga.losses.grid import SIDE, grid_loss
from sakuga.losses.perceptual import Perceptual
from sakuga.losses.pixel import PIXEL
from sakuga.losses.window import window
from sakuga.models.features import FEATURES

ONE, TWO = torch.tensor([[0.0, 0.5], [1.0, 0.25]]), torch.tensor([[0.5, 0.5], [0.0, 0.5]])
GOLDEN = {"l1": 1.75 / 4, "l2": (0.25 + 1 + 0.0625) / 4, "l1+l2": 1.75 / 4 + 1.3125 / 4}


@pytest.mark.parametrize("name", PIXEL)
def test_pixel_losses_are_zero_for_equals_and_have_a_gradient(name):
    assert PIXEL[name](ONE, ONE) == pytest.approx(1e-3 if name == "charbonnier" else 0)
    result = ONE.clone().requires_grad_()
    PIXEL[name](result, TWO).backward()
    assert result.grad.abs().sum() > 0


def test_pixel_losses_by_hand():
    for name, value in GOLDEN.items():
        assert float(PIXEL[name](ONE, TWO)) == pytest.approx(value)
    wanted = sum(math.sqrt(d * d + 1e-6) for d in (0.5, 0, 1, 0.25)) / 4
    assert float(PIXEL["charbonnier"](ONE, TWO)) == pytest.approx(wanted)


def test_the_grid_of_a_pixel_shuffle_is_told_from_all_else():
    torch.manual_seed(1)
    target = torch.rand(2, 3, 48, 64)
    grid = torch.zeros(SIDE, SIDE)
    grid[::2] = 0.1
    assert float(grid_loss(target, target)) == 0
    assert float(grid_loss(target + grid.repeat(12, 16), target)) == pytest.approx(0.05, rel=1e-4)
    assert float(grid_loss(target + 0.1, target)) == pytest.approx(0, abs=1e-6)
    noise = 0.1 * (torch.rand_like(target) - 0.5)
    assert float(grid_loss(target + noise, target)) < noise.abs().mean() / 2


@given(st.sampled_from([(1,), (2, 3)]), st.integers(0, 3), st.integers(0, 3))
def test_a_grid_counts_alike_in_frames_and_from_every_corner(shape, down, right):
    grid = torch.rand(SIDE, SIDE).repeat(6, 6)
    alone = float(grid_loss(grid[None], torch.zeros_like(grid)[None]))
    frames = grid.expand(*shape, 3, -1, -1)
    for seen in (frames, frames[..., down:, right:]):
        assert float(grid_loss(seen, torch.zeros_like(seen))) == pytest.approx(alone, rel=1e-4)


PLACES = torch.arange(40).reshape(1, 1, 5, 8)


@given(st.integers(1, 9), st.integers(0, 10**6))
def test_a_window_is_a_square_of_the_picture_or_all_of_it(side, step):
    part = window(PLACES, side, step)
    assert part.shape[-2:] == (min(side, 5), min(side, 8))
    first = int(part[0, 0, 0, 0])
    wanted = PLACES[..., first // 8 :, first % 8 :][..., :side, :side]
    assert torch.equal(part, wanted)


def test_a_window_is_everywhere_alike():
    """3 x 6 corners, in twenty rounds: each has 14 to 26 of 360 steps; without a side all is seen."""
    seen = Counter(int(window(PLACES, 3, step)[0, 0, 0, 0]) for step in range(360))
    assert len(seen) == 18
    assert min(seen.values()) >= 14
    assert max(seen.values()) <= 26
    assert torch.equal(window(PLACES, 0, 7), PLACES)


def test_games_by_hand():
    real, made = (
        [torch.tensor([1.0, 0.0]), torch.tensor([2.0])],
        [torch.tensor([0.5, 0.5]), torch.tensor([0.0])],
    )
    assert float(fooling(made, "lsgan")) == pytest.approx((0.25 + 1) / 2)
    assert float(judging(real, made, "lsgan")) == pytest.approx((0.5 + 1) / 2 + (0.25 + 0) / 2)
    soft = lambda x: math.log1p(math.exp(x))  # noqa: E731
    assert float(fooling(made, "vanilla")) == pytest.approx((soft(-0.5) + soft(0)) / 2)
    wanted = ((soft(-1) + soft(0)) / 2 + soft(-2)) / 2 + (soft(0.5) + soft(0)) / 2
    assert float(judging(real, made, "vanilla")) == pytest.approx(wanted)


@pytest.mark.parametrize("game", GAMES)
def test_games_pull_in_opposite_ways(game):
    made = torch.zeros(3, requires_grad=True)
    fooling([made], game).backward()
    up, made.grad = made.grad.clone(), None
    judging([torch.ones(3)], [made], game).backward()
    assert (up <= 0).all()
    assert (made.grad >= 0).all()


def view(name, detached=False):
    torch.manual_seed(2)
    spec = FEATURES[name]
    return Perceptual(spec.build(spec.taps), spec.taps, spec.normal, detached=detached)


@pytest.mark.parametrize("name", ["vgg19-imagenet", "resnet50-danbooru"])
def test_both_halves_of_the_twin_loss_teach(name):
    """The released APISR detaches the second; see the fact sheet, finding 1."""
    torch.manual_seed(3)
    result, target = (
        torch.rand(1, 3, 64, 64, requires_grad=True),
        torch.rand(1, 3, 64, 64, requires_grad=True),
    )
    loss = view(name)(result, target)
    loss.backward()
    assert loss > 0
    assert result.grad.abs().sum() > 0
    assert target.grad is None


def test_as_released_one_half_is_a_constant():
    result = torch.rand(1, 3, 64, 64, requires_grad=True)
    assert not view("resnet50-danbooru", detached=True)(result, torch.rand(1, 3, 64, 64)).requires_grad


@pytest.mark.parametrize("name", ["vgg19-imagenet", "resnet50-danbooru"])
def test_perceptual_loss_is_the_weighted_sum_of_its_layers(name):
    spec, loss = FEATURES[name], view(name)
    a, b = torch.rand(2, 3, 64, 48), torch.rand(2, 3, 64, 48)
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in spec.normal)
    with torch.inference_mode():
        one, two = (loss.network((x - mean) / deviation) for x in (a, b))
        wanted = sum(weight * (one[tap] - two[tap]).abs().mean() for tap, weight in spec.taps.items())
        assert float(loss(a, b)) == pytest.approx(float(wanted), rel=1e-5)
        assert float(loss(a, a)) == 0
        clips = (x.unflatten(0, (1, 2)) for x in (a, b))
        assert float(loss(*clips)) == pytest.approx(float(wanted), rel=1e-5)


def test_the_papers_layers_and_weights():
    assert dict(FEATURES["vgg19-imagenet"].taps) == {
        "conv1_2": 0.1,
        "conv2_2": 0.1,
        "conv3_4": 1,
        "conv4_4": 1,
        "conv5_4": 1,
    }
    assert list(FEATURES["resnet50-danbooru"].taps.values()) == [0.1, 20, 25, 1, 1]


def test_feature_networks_never_learn():
    loss = view("resnet50-danbooru").train()
    before = {name: tensor.clone() for name, tensor in loss.state_dict().items()}
    loss(torch.rand(1, 3, 32, 32, requires_grad=True), torch.rand(1, 3, 32, 32)).backward()
    assert all(torch.equal(tensor, before[name]) for name, tensor in loss.state_dict().items())
    assert not any(parameter.requires_grad for parameter in loss.parameters())
