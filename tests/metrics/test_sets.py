"""Distances of sets: closed forms, laws of Gaussians, no chance, and networks that are or are not there."""

import sys
import types

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import blurred, drawing
from sakuga.errors import ModelError, WeightsError
from sakuga.metrics import sets
from sakuga.metrics.frechet import frechet
from sakuga.metrics.kernel import BLOCK, kernel_distance
from sakuga.metrics.region_match import adjusted_rand, region_match, segments
from sakuga.models import overview


def by_eigenvalues(one, other):
    """The textbook's way, through whole covariances."""
    first, second = (np.atleast_2d(np.cov(each, rowvar=False)) for each in (one, other))
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    return ((one.mean(0) - other.mean(0)) ** 2).sum() + np.trace(first + second) - 2 * roots


@settings(max_examples=25)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_frechet_is_that_of_whole_covariances(n, m, values, seed):
    chance = np.random.default_rng(seed)
    one, other = chance.normal(0, 1, (n, values)), chance.normal(0.5, 2, (m, values))
    assert frechet(one, other) == pytest.approx(by_eigenvalues(one, other), rel=1e-6, abs=1e-5)
    assert frechet(one, other) == pytest.approx(frechet(other, one), rel=1e-9)
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)


def test_frechet_of_gaussians_is_that_of_their_law():
    """Of independent values: sum of (m1 - m2)^2 + (s1 - s2)^2; with few pictures it is more."""
    chance = np.random.default_rng(1)
    means, spreads = (0, 1, -2), (1, 2, 0.5)
    one = chance.normal(0, 1, (200_000, 3))
    other = np.stack([chance.normal(m, s, 200_000) for m, s in zip(means, spreads, strict=True)], 1)
    assert frechet(one, other) == pytest.approx(0 + 1 + 4 + 0 + 1 + 0.25, rel=0.01)
    assert frechet(one[:20], chance.normal(0, 1, (20, 3))) > 10 * frechet(one[:1000], one[1000:2000])


def naive(one, other):
    kernel = lambda a, b: (a @ b / len(a) + 1) ** 3  # noqa: E731
    within = [
        np.mean([kernel(a, b) for i, a in enumerate(part) for j, b in enumerate(part) if i != j])
        for part in (one, other)
    ]
    return sum(within) - 2 * np.mean([kernel(a, b) for a in one for b in other])


def test_kernel_distance_is_the_unbiased_sum_of_all_pairs():
    chance = np.random.default_rng(2)
    one, other = chance.normal(0, 1, (9, 5)), chance.normal(0.4, 1, (13, 5))
    assert kernel_distance(one, other) == pytest.approx(naive(one, other), rel=1e-9)
    assert kernel_distance(one, other) == kernel_distance(one.copy(), other.copy())
    large = chance.normal(0, 1, (BLOCK + 5, 2))
    assert kernel_distance(large, large[::-1]) == pytest.approx(-np.mean((large**2).sum(1)) / BLOCK, abs=0.05)


def test_kernel_distance_has_no_bias_for_few_pictures():
    """The mean over sets of one law is 0, also for sets of three; frechet's is far from it."""
    chance = np.random.default_rng(3)
    pairs = [(chance.normal(0, 1, (3, 4)), chance.normal(0, 1, (3, 4))) for _ in range(3000)]
    told = [kernel_distance(*pair) for pair in pairs]
    assert abs(np.mean(told)) < 4 * np.std(told) / len(told) ** 0.5
    assert np.mean([frechet(*pair) for pair in pairs[:300]]) > 1


def test_one_picture_is_no_set():
    one = np.zeros((1, 4))
    assert np.isnan(frechet(one, np.zeros((3, 4))))
    assert np.isnan(kernel_distance(np.zeros((3, 4)), one))


class Inception(torch.nn.Module):
    """torch-fidelity's interface."""

    def __init__(self, name, layers, feature_extractor_weights_path):
        super().__init__()
        self.told = name, layers, feature_extractor_weights_path

    def forward(self, x):
        assert x.dtype == torch.uint8
        assert x.shape[1:] == (3, 299, 299)
        return (x.float().mean((2, 3)),)


@pytest.fixture
def fidelity(monkeypatch, tmp_path):
    """A torch-fidelity, and where its weights would be."""
    module = types.ModuleType("torch_fidelity.feature_extractor_inceptionv3")
    module.FeatureExtractorInceptionV3 = Inception
    monkeypatch.setitem(sys.modules, "torch_fidelity", types.ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    path = tmp_path / "weights.pth"
    monkeypatch.setattr(overview.weights, "fetch", lambda spec: {"weights": path})
    monkeypatch.setattr(overview.weights, "hashes", lambda spec: {"weights": "6726825d" + "0" * 56})
    sets._opened.cache_clear()
    yield path
    sets._opened.cache_clear()


def test_pictures_of_any_size_are_seen_through_torch_fidelity(fidelity):
    pictures = [np.full((h, w, 3), 90, np.uint8) for h, w in ((3, 400), (500, 320), (1, 1))]
    pictures += [np.full((20, 20, 1), 90 * 257, np.uint16)]
    features = sets.seen(pictures, "inception")
    np.testing.assert_allclose(features, np.full((4, 3), 90))
    assert overview.OVERVIEWS["inception"].load().__closure__[0].cell_contents.told == (
        "inception-v3-compat",
        ["2048"],
        str(fidelity),
    )


def test_other_weights_are_not_opened(fidelity, monkeypatch):
    monkeypatch.setattr(overview.weights, "hashes", lambda spec: {"weights": "f" * 64})
    with pytest.raises(WeightsError, match="is not torch-fidelity's"):
        overview.OVERVIEWS["inception"].load()


def test_without_torch_fidelity_the_message_names_another(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(ModelError, match=r"pip install torch-fidelity.*fid-resnet50"):
        sets.SETS["fid-inception"].origin()


def test_a_resnet_is_pooled_after_its_last_stage():
    from sakuga.models.resnet import ResNet50

    torch.manual_seed(0)
    body = ResNet50({"layer4"}).eval()
    picture = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        given = overview.Pooled(body)(picture)
        mean, deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in overview.RESNET.normal)
        wanted = body.body((picture / 255 - mean) / deviation).mean((2, 3))
    assert given.shape == (1, 2048)
    torch.testing.assert_close(given, wanted)


class TestRegions:
    def test_the_index_is_that_of_counted_pairs(self):
        one, other = np.array([0, 0, 1, 1, 2]), np.array([5, 5, 5, 1, 1])
        pairs = [(i, j) for i in range(5) for j in range(i)]
        same = [[labels[i] == labels[j] for i, j in pairs] for labels in (one, other)]
        both, first, second = sum(map(lambda a, b: a and b, *same)), sum(same[0]), sum(same[1])
        expected = first * second / 10
        assert adjusted_rand(one, other) == pytest.approx(
            (both - expected) / ((first + second) / 2 - expected)
        )

    def test_other_colours_and_names_are_the_same_regions_and_other_pictures_are_not(self):
        picture = drawing(96, 112, seed=5)
        labels = segments(picture)
        assert labels.shape == (82, 96)
        assert adjusted_rand(labels, 7 - labels) == 1
        shaded = (picture * 0.8 + 20).astype(np.uint8)
        assert region_match(shaded, picture) > 0.9
        assert region_match(drawing(96, 112, seed=8), picture) < 0.5
        assert region_match(blurred(picture, 6), picture) < region_match(shaded, picture)

    def test_any_segmenter_can_be_asked(self):
        halves = lambda pixels: (np.arange(8) > 3)[None].repeat(8, 0).astype(int)  # noqa: E731
        assert region_match(np.zeros((4, 4, 3), np.uint8), np.ones((9, 9, 3), np.uint8), halves) == 1
