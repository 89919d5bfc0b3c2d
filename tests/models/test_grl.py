"""APISR's GRL against spandrel's class, which takes the same parameters."""

import warnings
from copy import deepcopy

import pytest
import spandrel
import torch

import stand_ins
from sakuga.engine.graph import traced
from sakuga.models import runtime
from sakuga.models.derived import freeze
from sakuga.models.grl import GRL, TABLES
from sakuga.models.load import load


@pytest.fixture(scope="module")
def reference():
    return stand_ins.reference_grl()


@pytest.fixture
def network(reference):
    grl = GRL()
    grl.load_state_dict(reference.state_dict())
    return grl.eval()


def picture(height, width, batch=1):
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(7))


def difference(a, b):
    return (a - b).abs().max().item()


def test_published_file_fits_whole_and_nothing_else_does():
    state = stand_ins.apisr_grl()
    assert len(state) == 455
    assert set(stand_ins.TABLES) == TABLES
    grl = GRL()
    assert sum(parameter.numel() for parameter in grl.parameters()) == 1_027_939
    assert len(grl.state_dict()) == 442
    grl.load_state_dict(state)
    assert len(state) == 455, "the caller's own dict is left alone"
    with pytest.raises(RuntimeError, match="Unexpected"):
        grl.load_state_dict(state | {"surprise": torch.zeros(1)})
    del state["layers.2.blocks.1.attn.proj.weight"]
    with pytest.raises(RuntimeError, match="Missing"):
        grl.load_state_dict(state)


@torch.inference_mode()
@pytest.mark.parametrize("size", [(64, 64), (1, 1), (7, 9), (5, 40), (8, 8), (16, 8), (45, 61), (3, 100)])
def test_same_pixels_at_any_size(reference, network, size):
    x = picture(*size)
    expected = reference(x)
    assert difference(network(x), expected) < 3e-6 * expected.abs().max()


@torch.inference_mode()
def test_same_pixels_to_the_last_digits_in_double_precision(reference, network):
    x = picture(64, 64).double()
    freeze(network.double())
    assert difference(network(x), deepcopy(reference).double()(x)) < 1e-9


@torch.inference_mode()
def test_spandrels_loader_shifts_what_apisr_does_not(tmp_path, network):
    path = stand_ins.save("apisr-grl-4x", tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shifted = spandrel.ModelLoader().load_from_file(path).model.eval()
    x = picture(32, 32)
    ours = load(path).module(x)
    assert difference(ours, network(x)) < 1e-5
    assert difference(ours, shifted(x)) > 0.01


@torch.inference_mode()
def test_pictures_of_a_batch_do_not_meet(network):
    """In double, as products of other sizes are rounded otherwise."""
    exact, x = deepcopy(network).double(), picture(24, 16, batch=3).double()
    alone = torch.cat([exact(one[None]) for one in x])
    torch.testing.assert_close(exact(x), alone, rtol=0, atol=1e-9)


@torch.inference_mode()
@pytest.mark.parametrize("frozen", [True, False])
def test_bfloat16_stays_near(network, frozen):
    x = picture(24, 40)
    exact = network(x)
    if frozen:
        freeze(network)
    half = network.to(torch.bfloat16)(x.bfloat16())
    assert half.dtype == torch.bfloat16
    assert (half.float() - exact).square().mean().sqrt() < 0.02 * exact.std()


def test_learns_and_leaves_branches_out():
    grl = GRL(depths=(2, 2), drop=0.5).train()
    x = picture(16, 16, batch=2)
    torch.manual_seed(0)
    one, two = grl(x), grl(x)
    assert difference(one, two) > 0
    one.square().mean().backward()
    torch.nn.utils.clip_grad_norm_(grl.parameters(), 1.0, error_if_nonfinite=True)
    grl.zero_grad()
    grl.drop = 0
    for block in grl.modules():
        if hasattr(block, "drop"):
            block.drop = 0.0
    grl(x).square().mean().backward()
    assert not [name for name, parameter in grl.named_parameters() if not parameter.grad.any()]


def test_freezing_ends_where_training_begins(network):
    x = picture(16, 16)
    freeze(network)
    frozen = network(x)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "cpb_mlp" in name:
                parameter.mul_(1.5)
    torch.testing.assert_close(network(x), frozen)
    network.train()
    network.eval()
    assert difference(network(x), frozen) > 1e-4


def small():
    torch.manual_seed(4)
    network = GRL(depths=(2, 1)).requires_grad_(requires_grad=False)
    for parameter in network.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=0.05)
    freeze(network)
    return network


def by_trace(network, _):
    return traced(network, [(1, 3, 16, 24)])


def by_onnx(network, folder):
    sides = {"x": {2: "height", 3: "width"}}
    names = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": sides}
    torch.onnx.export(
        network, (picture(16, 24),), folder / "grl.onnx", dynamo=False, opset_version=17, **names
    )
    return runtime.core().read_model(folder / "grl.onnx")


@pytest.mark.parametrize("convert", [by_trace, by_onnx])
def test_one_graph_serves_all_sizes(tmp_path, convert):
    network = small()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = convert(network, tmp_path)
    for size in ((8, 8), (40, 32)):
        graph.reshape([1, 3, *size])
        compiled = runtime.core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        x = picture(*size)
        result = torch.as_tensor(compiled([x.numpy()])[0])
        assert difference(result, network(x)) < 1e-5 * network(x).abs().max()
