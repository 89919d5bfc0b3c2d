"""Scenimefy's networks against the golden numbers of the original modules, and their names and sizes."""

import pytest
import torch
from torch.nn import functional as F

from golden import as_convolutions, filled, filler, waves
from sakuga.models.antialias import Down, Up
from sakuga.models.patch_heads import PatchHeads, choose
from sakuga.models.scene_critic import SceneCritic
from sakuga.models.translator import LAYERS, Translator, moments


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.fixture(scope="module")
def translator():
    return filled(Translator(), as_convolutions)


def test_the_filler_is_the_fact_sheets():
    given = torch.tensor([-0.37333374, -0.227836447, 0.185604159, -0.495954631], dtype=torch.float64)
    torch.testing.assert_close(filler(4, 0), given, rtol=0, atol=1e-8)
    given = torch.tensor([-0.242661954, 0.27784033, -0.086132389], dtype=torch.float64)
    torch.testing.assert_close(filler(3, 5), given, rtol=0, atol=1e-8)


@torch.inference_mode()
def test_translator_gives_the_golden_pixels(translator):
    result = translator.translate(waves(3, 64, 48).float())
    assert float(result.mean()) == pytest.approx(0.04113257, abs=1e-6)
    assert float(result.std(correction=0)) == pytest.approx(0.65732612, abs=1e-6)
    pixels = {(0, 0, 0): -0.533336, (1, 10, 20): 0.944865, (2, 63, 47): -0.097355, (0, 31, 5): -0.882485}
    assert {at: float(result[0][at]) for at in pixels} == pytest.approx(pixels, abs=1e-5)


@torch.inference_mode()
def test_translator_gives_the_golden_features(translator):
    seen = translator.features(waves(3, 64, 48).float())
    golden = [
        (-0.009167, 0.537660),
        (-0.023452, 0.937992),
        (0.015987, 0.920870),
        (0.388975, 1.120812),
        (0.388975, 2.270982),
    ]
    assert [each.shape[1] for each in seen] == [3, 128, 256, 256, 256]
    for each, (mean, deviation) in zip(seen, golden, strict=True):
        assert float(each.mean()) == pytest.approx(mean, abs=5e-6)
        assert float(each.std(correction=0)) == pytest.approx(deviation, abs=5e-6)


def published_shapes():
    """Written out from the fact sheet."""
    convs = {"1": (64, 3, 7, 7), "4": (128, 64, 3, 3), "8": (256, 128, 3, 3)}
    convs |= {f"{n}.conv_block.{k}": (256, 256, 3, 3) for n in range(12, 21) for k in (1, 5)}
    convs |= {"22": (128, 256, 3, 3), "26": (64, 128, 3, 3), "30": (3, 64, 7, 7)}
    shapes = {f"model.{name}.weight": shape for name, shape in convs.items()}
    shapes |= {f"model.{name}.bias": shape[:1] for name, shape in convs.items()}
    for name, shape in (
        ("7", (128, 1, 3, 3)),
        ("11", (256, 1, 3, 3)),
        ("21", (256, 1, 4, 4)),
        ("25", (128, 1, 4, 4)),
    ):
        shapes[f"model.{name}.filt"] = shape
    return shapes


def test_translator_has_the_published_names_and_size(translator):
    state = translator.state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == published_shapes()
    assert len(state) == 52
    assert count(translator) == 11_378_179
    assert sum(buffer.numel() for buffer in translator.buffers()) == 9_600
    assert sum(translator.norms()) == 5_248
    assert len(translator.norms()) == 23


@pytest.fixture(scope="module")
def small():
    return filled(Translator(channels=4).double(), as_convolutions)


@torch.inference_mode()
def test_the_unit_range_is_the_inner_one_moved(small):
    x = waves(3, 16, 12).abs()
    torch.testing.assert_close(small(x), (small.translate(2 * x - 1) + 1) / 2)


@torch.inference_mode()
def test_a_residual_network_adds_what_its_layers_make():
    plain, residual = Translator(4, 1), Translator(4, 1, residual=True)
    residual.load_state_dict(plain.state_dict(), strict=False)
    x = torch.rand(1, 3, 16, 12)
    torch.testing.assert_close(residual(x), x + plain(x) - 0.5)
    torch.testing.assert_close(residual(x, residual.statistics(x)), residual(x))


def test_an_adapter_has_two_numbers_for_each_channel_and_begins_as_none():
    adapter = Translator(adapted=True).adapter()
    assert (len(adapter), sum(each.numel() for each in adapter.values())) == (46, 2 * 5_248)
    plain, adapted = Translator(4, 1), Translator(4, 1, adapted=True)
    assert plain.adapter() == {}
    adapted.load_state_dict(adapted.adapter() | plain.state_dict())
    x = torch.rand(1, 3, 16, 12)
    assert torch.equal(adapted(x), plain(x))
    assert torch.equal(adapted(x, plain.statistics(x)), plain(x, plain.statistics(x)))


@torch.inference_mode()
def test_an_adapter_scales_and_shifts_what_is_normalised():
    network = Translator(4, 1, adapted=True)
    network.model[2].weight[1], network.model[2].bias[1] = 3, -0.5
    x = torch.rand(1, 3, 16, 12)
    first = network.model[:2](2 * x - 1)
    seen = network.model[:3](2 * x - 1)
    wanted = F.instance_norm(first)
    wanted[:, 1] = 3 * wanted[:, 1] - 0.5
    torch.testing.assert_close(seen, wanted)
    torch.testing.assert_close(network(x, network.statistics(x)), network(x))


@torch.inference_mode()
def test_statistics_of_the_picture_itself_change_nothing(small):
    x = waves(3, 24, 16) / 2 + 0.5
    found = small.statistics(x)
    assert found.shape == (2, 5_248 // 16)
    torch.testing.assert_close(small(x, found), small(x))
    first = small.model[1](F.pad(2 * x - 1, (3, 3, 3, 3), "reflect"))
    torch.testing.assert_close(found[:, :4], moments(first))
    assert (small(x, found * 1.1) - small(x)).abs().max() > 1e-3


@torch.inference_mode()
def test_frozen_statistics_give_a_finite_reach(small):
    """As far as the halo goes and hardly less: a pixel that changes 96 pixels away changes nothing."""
    x = waves(3, 200, 16) / 2 + 0.5
    found = small.statistics(x)
    changed = x.clone()
    changed[..., 100, 8] += 3
    rows = (small(changed, found) - small(x, found)).abs().amax((0, 1, 3)).nonzero().flatten()
    assert 70 < 100 - int(rows.min()) <= 93
    assert 70 < int(rows.max()) - 100 <= 93


@torch.inference_mode()
@pytest.mark.parametrize("size", [(5, 8), (2, 3)])
def test_changes_of_size_are_the_plain_blurs(size):
    x = torch.rand(2, 6, *size, dtype=torch.float64)
    down, up = Down(6).double(), Up(6).double()
    padded = F.pad(x, (1, 1, 1, 1), "reflect")
    kernel = torch.tensor([1, 2, 1], dtype=torch.float64)
    kernel = torch.outer(kernel, kernel) / 16
    windows = padded.unfold(2, 3, 2).unfold(3, 3, 2)
    torch.testing.assert_close(down(x), (windows * kernel).sum((4, 5)))
    wide = F.conv_transpose2d(F.pad(x, (1, 1, 1, 1), "replicate"), up.filt, stride=2, padding=2, groups=6)
    torch.testing.assert_close(up(x), wide[..., 1:-1, 1:-1])
    assert float(up.filt.sum()) == pytest.approx(24)


@torch.inference_mode()
@pytest.mark.parametrize(
    ("inputs", "parameters", "mean", "deviation"),
    [(3, 2_764_737, 1.01072191, 0.77755995), (6, 2_767_809, 0.67977183, 0.92868691)],
)
def test_critics_give_the_golden_scores(inputs, parameters, mean, deviation):
    critic = filled(SceneCritic(inputs), as_convolutions)
    (scores,) = critic(waves(inputs, 64, 64).float())
    assert scores.shape == (1, 1, 6, 6)
    assert float(scores.mean()) == pytest.approx(mean, abs=2e-6)
    assert float(scores.std(correction=0)) == pytest.approx(deviation, abs=2e-6)
    assert count(critic) == parameters
    assert SceneCritic(channels=4)(torch.rand(1, 3, 256, 256))[0].shape == (1, 1, 30, 30)
    names = {f"model.{n}.{kind}" for n in (0, 3, 7, 11, 14) for kind in ("weight", "bias")}
    assert set(critic.state_dict()) == names | {f"model.{n}.filt" for n in (2, 6, 10)}


def test_heads_have_the_published_names_and_give_unit_vectors():
    heads = PatchHeads()
    assert count(heads) == 560_384
    wanted = {f"mlp_{i}.{n}.{kind}" for i in range(5) for n in (0, 2) for kind in ("weight", "bias")}
    assert set(heads.state_dict()) == wanted
    features = Translator().features(torch.rand(2, 3, 32, 48))
    places = choose(features, 256, torch.Generator().manual_seed(1))
    vectors = heads(features, places)
    assert [tuple(v.shape) for v in vectors] == [(2, n, 256) for n in (256, 256, 256, 96, 96)]
    assert len(LAYERS) == len(vectors)
    for vector, chosen, layer in zip(vectors, places, features, strict=True):
        torch.testing.assert_close(vector.norm(dim=-1), torch.ones(vector.shape[:2]))
        assert len(set(chosen.tolist())) == len(chosen) <= layer.shape[2] * layer.shape[3]
    row, column = divmod(int(places[0][5]), features[0].shape[3])
    plain = heads.mlp_0(features[0][1, :, row, column])
    torch.testing.assert_close(vectors[0][1, 5], plain / plain.norm(), rtol=1e-4, atol=1e-5)
