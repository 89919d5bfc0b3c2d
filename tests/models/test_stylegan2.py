"""StyleGAN2 against the golden numbers of the original modules, and its names and sizes."""

import copy
import math

import pytest
import torch

from golden import filled, filler
from sakuga.models.stylegan2 import StyleGAN2, truncated
from sakuga.models.stylegan2_critic import StyleGAN2Critic


def value(name, tensor, numbers):
    if name.endswith("modulation.bias"):
        return torch.ones_like(numbers)
    if name.endswith("noise.weight"):
        return torch.full_like(numbers, 0.1)
    if tensor.ndim == 1:
        return numbers * 0.1
    return numbers * math.sqrt(12) * (100 if name.startswith("style.") else 1)


@pytest.fixture(scope="module")
def generator():
    return filled(StyleGAN2(), value)


@pytest.fixture(scope="module")
def made(generator):
    return drawn(generator, torch.float32)


def drawn(generator, kind):
    """The style, and the pictures without and with truncation."""
    with torch.inference_mode():
        w = generator.map((filler(512, 999) * math.sqrt(12)).to(kind)[None])
        styles = torch.cat((w, truncated(w, torch.zeros(512, dtype=kind), 0.7)))
        return w, generator(styles)


def test_generator_gives_the_golden_pictures(made):
    w, (whole, drawn_in) = made
    assert float(w.mean()) == pytest.approx(0.41959183, abs=1e-5)
    assert float(w.std(correction=0)) == pytest.approx(0.87566464, abs=1e-5)
    assert float(whole.mean()) == pytest.approx(1.00783253, abs=1e-4)
    assert float(whole.std(correction=0)) == pytest.approx(3.48375524, abs=1e-4)
    pixels = {(0, 0, 0): 1.221172, (1, 100, 200): 5.089205, (2, 255, 255): -1.247445}
    assert {at: float(whole[at]) for at in pixels} == pytest.approx(pixels, abs=1e-4)
    assert float(drawn_in.mean()) == pytest.approx(0.78229795, abs=1e-4)
    assert float(drawn_in.std(correction=0)) == pytest.approx(3.14173581, abs=1e-4)


def test_critic_gives_the_golden_scores(generator):
    """In double from the style on: what AVX2 rounds otherwise in 27 layers is as large as 1e-5."""
    plain = lambda name, tensor, numbers: numbers * (0.1 if tensor.ndim == 1 else math.sqrt(12))  # noqa: E731
    critic = filled(StyleGAN2Critic(), plain).double()
    pictures = drawn(copy.deepcopy(generator).double(), torch.float64)[1]
    with torch.inference_mode():
        scores = critic(pictures)
    assert scores.flatten().tolist() == pytest.approx([0.0216441, 0.0962043], abs=1e-7)
    assert sum(p.numel() for p in critic.parameters()) == 28_864_129
    state = critic.state_dict()
    assert len(state) == 50
    assert sum(buffer.numel() for buffer in critic.buffers()) == 192
    shapes = {
        "convs.0.0.weight": (128, 3, 1, 1),
        "final_conv.0.weight": (512, 513, 3, 3),
        "final_linear.0.weight": (512, 8192),
        "final_linear.1.weight": (1, 512),
    }
    assert {name: tuple(state[name].shape) for name in shapes} == shapes


def published_names():
    """Written out from the fact sheet."""
    styled = (
        "conv.weight",
        "conv.modulation.weight",
        "conv.modulation.bias",
        "noise.weight",
        "activate.bias",
    )
    to_rgb = ("bias", "conv.weight", "conv.modulation.weight", "conv.modulation.bias")
    names = {f"style.{i}.{kind}" for i in range(1, 9) for kind in ("weight", "bias")} | {"input.input"}
    names |= {f"conv1.{each}" for each in styled} | {f"to_rgb1.{each}" for each in to_rgb}
    for i in range(12):
        names |= {f"convs.{i}.{each}" for each in styled}
        names |= {f"convs.{i}.conv.blur.kernel"} if i % 2 == 0 else set()
    for i in range(6):
        names |= {f"to_rgbs.{i}.{each}" for each in (*to_rgb, "upsample.kernel")}
    return names | {f"noises.noise_{i}" for i in range(13)}


def test_generator_has_the_published_names_and_size(generator):
    state = generator.state_dict()
    assert set(state) == published_names()
    assert len(state) == 135
    assert sum(p.numel() for p in generator.parameters()) == 30_034_338
    assert sum(buffer.numel() for buffer in generator.buffers()) == 174_928
    assert [state[f"noises.noise_{i}"].shape[-1] for i in range(4)] == [4, 8, 8, 16]
    assert generator.latents == 14


@torch.inference_mode()
def test_styles_of_single_layers_and_noise_count():
    torch.manual_seed(4)
    network = StyleGAN2(size=8)
    w = network.map(torch.randn(2, 512))
    noise = network.draw_noise(torch.Generator().manual_seed(1))
    torch.testing.assert_close(network(w, noise), network(w[:, None].repeat(1, 4, 1), noise))
    mixed = w[:1, None].repeat(1, 4, 1)
    mixed[:, 2:] = w[1]
    assert (network(mixed, noise) - network(w[:1], noise)).abs().max() > 1e-3
    with torch.no_grad():
        network.conv1.noise.weight.fill_(0.5)
    other = network.draw_noise(torch.Generator().manual_seed(2))
    assert (network(w, other) - network(w, noise)).abs().max() > 1e-3
