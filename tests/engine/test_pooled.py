"""Networks that pool over the whole picture: any size and any way through is the whole picture's result."""

import numpy as np
import pytest
import torch

import scenes
from sakuga.engine import runner, strips
from sakuga.engine.engine import open_engine
from sakuga.errors import OutOfMemory
from sakuga.models.load import load

NEAR = 1e-4
"""Of the full range; half a step of 16 bits and the rounding of float32."""


@pytest.fixture(scope="module")
def model():
    return scenes.model()


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    return load(scenes.save_onnx(tmp_path_factory.mktemp("onnx") / "scene.onnx"))


def padded(frame):
    """Mirrored at the right and the bottom to what the network takes."""
    sides = [max(8, -(-side // 4) * 4) - side for side in frame.shape[:2]]
    return np.pad(frame, ((0, sides[0]), (0, sides[1]), (0, 0)), "reflect")


def whole(model, frame):
    """What plain PyTorch makes of it in float64, 0..1."""
    x = torch.from_numpy(padded(frame) / np.iinfo(frame.dtype).max).permute(2, 0, 1)[None]
    with torch.inference_mode():
        y = scenes.network(**model.spec.options).double()(x)
    return y[0].clamp(0, 1).permute(1, 2, 0).numpy()[: frame.shape[0], : frame.shape[1]]


def opened(model, device="cpu", **options):
    return open_engine(model, device=device, precision="fp32", color_lock=False, reuse="off", **options)


def picture(engine, frame):
    return np.concatenate(list(engine.picture(frame)))


def apart(result, truth):
    return np.abs(scaled(result) - truth).max()


def scaled(picture):
    return picture / np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else picture


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
@pytest.mark.parametrize("size", [(5, 9), (8, 8), (31, 50), (64, 4)])
def test_any_size_comes_back_at_its_size(model, device, size):
    frame = scenes.photo(*size, "u2")
    result = picture(opened(model, device), frame)
    assert (result.shape, result.dtype) == (frame.shape, frame.dtype)
    assert apart(result, whole(model, frame)) < 1e-3


def test_one_pixel_is_a_picture(model):
    assert picture(opened(model), scenes.photo(1, 1)).shape == (1, 1, 3)


def test_eight_bits_are_rounded_not_cut(model):
    frame = scenes.photo(40, 40)
    error = picture(opened(model), frame) / 255 - whole(model, frame)
    assert np.abs(error).max() <= 0.5 / 255 + NEAR
    assert abs(error.mean()) < 0.1 / 255


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_tiles_are_the_whole_picture(model, device):
    """And tiles with statistics of their own, as others make them, are not."""
    frame = scenes.photo(416, 500, "u2")
    engine = opened(model, device, tile=384)
    truth = whole(model, frame)
    result = picture(engine, frame)
    assert engine.report.tile == (304, 348)
    assert apart(result, truth) < NEAR
    naive = np.concatenate([picture(opened(model), half) for half in np.split(frame, 2)])
    assert apart(naive, truth) > 100 * NEAR


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_strips_are_the_whole_picture(model, device, monkeypatch):
    monkeypatch.setattr(runner, "POOLED", 1)
    monkeypatch.setattr(strips, "STRIP", 1)
    frame = scenes.photo(413, 34, "u2")
    bands = list(opened(model, device).picture(frame))
    assert len(bands) > 10
    assert apart(np.concatenate(bands), whole(model, frame)) < NEAR


@pytest.mark.parametrize("option", ["residual", "adapted"])
@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_what_a_network_has_beside_its_layers_is_there_in_strips_and_tiles(option, device, monkeypatch):
    model, frame = scenes.model(**{option: True}), scenes.photo(416, 34, "u2")
    truth = whole(model, frame)
    assert apart(truth, whole(scenes.model(), frame)) > 100 * NEAR
    assert apart(picture(opened(model, device), frame), truth) < NEAR
    assert apart(picture(opened(model, device, tile=384), frame), truth) < NEAR
    monkeypatch.setattr(runner, "POOLED", 1)
    monkeypatch.setattr(strips, "STRIP", 1)
    assert apart(picture(opened(model, device), frame), truth) < NEAR


def test_statistics_of_strips_are_those_of_the_whole(model, monkeypatch):
    frame = scenes.photo(88, 44)
    x = torch.from_numpy(frame / 255.0).permute(2, 0, 1)[None]
    with torch.inference_mode():
        truth = scenes.network().double().statistics(x)
    for size in (1, 2**25):
        monkeypatch.setattr(strips, "STRIP", size)
        found = strips.statistics(model.module, frame, "cpu")
        torch.testing.assert_close(found.double(), truth, rtol=1e-5, atol=1e-5)


def test_a_graph_alone_measures_what_pytorch_measures(model, graph):
    frame = scenes.photo(416, 500, "u2")
    assert graph.module is None
    # OpenVINO's own operator for such a layer has fewer digits than its plain arithmetic.
    assert apart(picture(opened(graph), frame), whole(model, frame)) < 5 * NEAR
    assert apart(picture(opened(graph, tile=384), frame), whole(model, frame)) < NEAR


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_a_shot_has_the_statistics_of_its_first_frame(model, device):
    first = scenes.photo(40, 48)
    later = np.clip(first.astype(int) + 12, 0, 255).astype(np.uint8)
    other = 255 - first
    engine = opened(model, device)
    shot = list(engine.clip([first, later]))
    assert apart(shot[0], whole(model, first)) < 1 / 255
    alone = next(iter(engine.clip([later])))
    assert np.abs(shot[1].astype(int) - alone).mean() > 1, "brighter frames stay brighter within a shot"
    cut = list(engine.clip([first, other, other]))
    assert (cut[1] == next(iter(engine.clip([other])))).all()
    assert (cut[2] == cut[1]).all()


def test_too_large_is_a_sentence(graph, model, monkeypatch):
    monkeypatch.setattr("sakuga.engine.memory.available", lambda: 2**20)
    with pytest.raises(OutOfMemory, match=r"free memory; give a smaller one\.$"):
        picture(opened(model), scenes.photo(500, 500))
    with pytest.raises(OutOfMemory, match=r"does not fit into memory"):
        picture(opened(graph), scenes.photo(500, 500))
