"""The recurrent network against numbers that its published weights gave elsewhere."""

from dataclasses import replace

import pytest
import torch

from sakuga.models import weights
from sakuga.models.animesr import AnimeSR
from sakuga.models.catalog import CATALOG
from sakuga.models.load import load
from sakuga.models.spec import ShippedSource

# name, frame: mean, standard deviation, minimum, maximum, the RGB of pixel (0, 0) and of row 50, column 70
GOLDEN = {
    ("animesr-v1-paper", 0): """0.489837355 0.258684310 -0.357359 1.177167
        0.0421391 0.5021824 0.9938132 0.4615708 0.9005815 0.3887139""",
    ("animesr-v1-paper", 1): """0.512382800 0.256467966 -0.279799 1.147534
        0.1497272 0.5572301 0.1704068 0.4468960 0.9642411 0.3368394""",
    ("animesr-v1-paper", 2): """0.515565730 0.241846221 -0.166209 1.088593
        0.1971514 0.6368984 0.2221022 0.4555903 0.7742908 0.3474825""",
    ("animesr-v1-paper", 3): """0.508668958 0.241131772 -0.207680 1.100113
        0.2516020 0.6942484 0.2385973 0.5389382 0.1049764 0.4686822""",
    ("animesr-v2", 0): """0.509147053 0.341242115 -0.450812 1.392272
        0.0540213 0.5082546 0.9318487 0.5156015 0.9674124 0.2602916""",
    ("animesr-v2", 1): """0.533745790 0.391621287 -0.489088 1.593184
        0.1925751 0.5700130 0.0531336 0.5612257 1.1884648 0.2252381""",
    ("animesr-v2", 2): """0.525984787 0.380464325 -0.543791 1.544725
        0.1898738 0.5996159 0.0706806 0.6665914 1.0018691 0.2502281""",
    ("animesr-v2", 3): """0.526094440 0.399875069 -0.509721 1.578269
        0.2911528 0.7683205 0.1212927 0.3204789 -0.3218947 0.3113420""",
}


def clip():
    """(1, 4, 3, 24, 32) float64: ((7x + 13y + 5t + 31k) mod 64) / 63 for channel k of frame t."""
    t, k, y, x = torch.meshgrid(*(torch.arange(n) for n in (4, 3, 24, 32)), indexing="ij")
    return (((7 * x + 13 * y + 5 * t + 31 * k) % 64).double() / 63)[None]


def published(name):
    """With the weights as their authors published them."""
    spec = CATALOG[name]
    origin = spec.source.origin if isinstance(spec.source, ShippedSource) else spec.source
    (path,) = weights.fetch(replace(spec, source=origin)).values()
    return load(path).module


@pytest.fixture(scope="module")
def restored():
    with torch.inference_mode():
        names = {name for name, _ in GOLDEN}
        return {name: published(name).double()(clip())[0] for name in names}


@pytest.mark.parametrize(("name", "frame"), GOLDEN)
def test_published_weights_give_the_published_numbers(restored, name, frame):
    image = restored[name][frame]
    statistics = torch.stack([image.mean(), image.std(), image.min(), image.max()])
    found = torch.cat([statistics, image[:, 0, 0], image[:, 50, 70]])
    expected = torch.tensor([float(number) for number in GOLDEN[name, frame].split()], dtype=torch.float64)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


@torch.inference_mode()
def test_shipped_weights_are_the_published_ones_rounded_to_16_bits(restored):
    shipped = load("animesr-v2").module
    for name, tensor in published("animesr-v2").state_dict().items():
        assert torch.equal(shipped.state_dict()[name], tensor.half().float())
    assert (shipped.double()(clip())[0] - restored["animesr-v2"]).abs().max() < 2 / 255


@torch.inference_mode()
def test_bfloat16_stays_within_two_levels():
    network = load("animesr-v2").module
    exact = network(clip().float())
    half = network.to(torch.bfloat16)(clip().bfloat16()).float()
    assert (half - exact).abs().mean() < 2 / 255


@torch.inference_mode()
def test_a_clip_may_be_one_frame():
    network = AnimeSR(channels=8).eval()
    frame = clip().float()[:, :1]
    torch.testing.assert_close(network(frame), network(frame.repeat(1, 3, 1, 1, 1))[:, :1])


@torch.inference_mode()
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_other_scales(scale):
    frames = clip().float()[:, :2]
    assert AnimeSR(channels=8, scale=scale)(frames).shape == (1, 2, 3, 24 * scale, 32 * scale)
