"""PatchNCE, SRC and hDCE against the golden numbers of the original modules, and their laws."""

import math

import pytest
import torch

from sakuga.losses.adversarial import fooling, judging
from sakuga.losses.hard_nce import curriculum, hard_nce, hardness
from sakuga.losses.patch_nce import patch_nce, style_patch_nce
from sakuga.losses.relation import relation


@pytest.fixture
def vectors():
    i, d = torch.meshgrid(*(torch.arange(1, 257, dtype=torch.float64),) * 2, indexing="ij")
    keys = torch.sin(0.013 * i * d)
    queries = torch.sin(0.013 * i * d + 0.4 * torch.sin(1.7 * i))
    query, key = (x / (x.norm(dim=1, keepdim=True) + 1e-7) for x in (queries, keys))
    return query[None].requires_grad_(), key[None]


def slope(loss, query):
    (gradient,) = torch.autograd.grad(loss, query, retain_graph=True)
    return float(gradient.norm())


def test_patch_nce_is_golden(vectors):
    losses = patch_nce(*vectors)
    assert losses.shape == (1, 256)
    assert losses.mean().item() == pytest.approx(0.00032870, abs=1e-8)
    assert losses[0, :3].tolist() == pytest.approx([0.000748, 0.000171, 0.000468], abs=1e-6)
    assert slope(losses.mean(), vectors[0]) == pytest.approx(0.00032766, abs=1e-8)
    assert style_patch_nce([vectors[0]] * 2, [vectors[1]] * 2).item() == pytest.approx(losses.mean().item())


def test_relation_is_golden(vectors):
    loss = relation(*vectors)
    assert loss.item() == pytest.approx(0.0170544737, abs=1e-9)
    assert slope(loss, vectors[0]) == pytest.approx(0.0111173718, abs=1e-9)


@pytest.mark.parametrize(
    ("epoch", "least", "mean", "itself", "shown", "gradient"),
    [
        (1, 0.80650835, 0.99763572, 0.81176847, 0.00032860, 0.89124189),
        (20, 0.35622350, 0.98976184, 0.36751448, 0.00032824, 0.89119436),
    ],
)
def test_hard_nce_is_golden(vectors, epoch, least, mean, itself, shown, gradient):
    weights = hardness(vectors[1], curriculum(epoch))
    assert float(weights.min()) == pytest.approx(least, abs=1e-7)
    assert float(weights.mean()) == pytest.approx(mean, abs=1e-7)
    assert float(weights[0, 0, 0]) == pytest.approx(itself, abs=1e-7)
    loss = hard_nce(*vectors, weights)
    assert loss.item() == pytest.approx(shown, abs=1e-8)
    assert slope(loss, vectors[0]) == pytest.approx(gradient, abs=1e-7)


def test_hard_nce_without_weights_is_golden(vectors):
    loss = hard_nce(*vectors)
    assert loss.item() == pytest.approx(0.00032870, abs=1e-8)
    assert slope(loss, vectors[0]) == pytest.approx(0.89125507, abs=1e-7)


def test_the_curriculum_goes_from_soft_to_hard():
    assert curriculum(0) == 50
    assert curriculum(10) == 30
    assert curriculum(20) == 10


def test_least_squares_of_a_constant():
    scores = [torch.full((1, 1, 6, 6), 0.3)]
    assert float(fooling(scores, "lsgan")) == pytest.approx(0.49)
    assert float(judging(scores, scores, "lsgan")) == pytest.approx(0.49 + 0.09)


def losses(query, key):
    yield patch_nce(query, key).mean()
    yield relation(query, key)
    yield hard_nce(query, key, hardness(key, 50))


@pytest.mark.parametrize(("batch", "places"), [(1, 1), (2, 40), (3, 256), (2, 300)])
def test_any_number_of_pictures_and_places(batch, places):
    """The released code takes one picture and 256 places only. A batch is the mean of its pictures."""
    torch.manual_seed(1)
    query, key = (torch.nn.functional.normalize(torch.randn(batch, places, 16), dim=-1) for _ in range(2))
    alone = [list(losses(query[i : i + 1], key[i : i + 1])) for i in range(batch)]
    for together, apart in zip(losses(query, key), zip(*alone, strict=True), strict=True):
        assert float(together) == pytest.approx(float(torch.stack(apart).mean()), rel=1e-4, abs=1e-6)


def test_equal_relations_cost_nothing_and_keys_learn_nothing():
    torch.manual_seed(2)
    query = torch.nn.functional.normalize(torch.randn(1, 30, 8), dim=-1).requires_grad_()
    key = query.detach().clone().requires_grad_()
    assert relation(query, query).item() == pytest.approx(0, abs=1e-6)
    for loss in losses(query, key):
        loss.backward()
    assert key.grad is None
    blind = torch.ones(1, 30, 8) / math.sqrt(8)
    assert float(patch_nce(blind, blind).mean()) == pytest.approx(math.log(30), rel=1e-3)
