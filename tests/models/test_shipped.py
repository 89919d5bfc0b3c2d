"""Weights that are installed with sakuga: kept once, and with PyTorch and without it the same pictures."""

from dataclasses import replace

import numpy as np
import pytest

from contract_backends import shot
from learned import Squares
from learned import recipe as small
from sakuga.engine.engine import open_engine
from sakuga.engine.precision import psnr
from sakuga.errors import ModelError, WeightsError
from sakuga.models import cache, catalog, load, weights
from sakuga.models.spec import ShippedSource
from sakuga.train.export import export
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.shipping import ship

FILES = ("tiny.onnx", "tiny.safetensors")
CLIP = shot(1, 24, 32)


NETWORKS = {"compact": {"convs": 1, "channels": 32}, "rrdb": {"blocks": 1, "channels": 32, "growth": 16}}
"""The second derives kernels from its weights."""


@pytest.fixture(params=NETWORKS)
def folder(request, tmp_path, monkeypatch):
    """A catalog in which one model is installed with sakuga, in a folder with a space in its name."""
    told = small(request.param, options=NETWORKS[request.param], schedule={"steps": 2, "rate": 1e-2})
    Loop(told, tmp_path, Squares(), Machine(device="cpu")).run()
    spec = replace(export(tmp_path / NEWEST, tmp_path / "mine.safetensors"), name="tiny")
    made = ship(tmp_path / "mine.safetensors", spec, tmp_path / "my シップ")
    assert tuple(path.name for path in made) == FILES
    source = ShippedSource({path.name: cache.sha256(path) for path in made})
    monkeypatch.setattr(weights, "SHIPPED", made[0].parent)
    monkeypatch.setattr(load, "CATALOG", {**catalog.CATALOG, "tiny": replace(spec, source=source)})
    return made[0].parent


def restored(model, device, clip=CLIP):
    engine = open_engine(model, device=device, precision="fp32", color_lock=False, reuse="off")
    return np.stack(list(engine.clip(clip)))


def test_all_ways_give_the_same_picture(folder, monkeypatch):
    both = load.load("tiny")
    assert both.module is not None
    assert both.onnx == folder / "tiny.onnx"
    plain, pytorch = restored(both, "cpu"), restored(both, "torch-cpu")
    monkeypatch.setattr(load, "has_torch", lambda: False)
    alone = load.load("tiny")
    assert alone.module is None
    np.testing.assert_array_equal(restored(alone, "cpu"), plain)
    assert psnr(plain, pytorch) > 80


def test_weights_are_there_once_and_half_as_large(folder):
    files = (folder.parent / "mine.safetensors", *(folder / name for name in FILES))
    whole, graph, tensors = (path.stat().st_size for path in files)
    assert tensors < 0.6 * whole
    assert graph < 0.3 * tensors


def test_a_graph_without_its_weights_is_no_model(folder):
    (folder / FILES[1]).unlink()
    with pytest.raises(ModelError, match=r"tiny\.onnx could not be read"):
        load.load(folder / FILES[0])


@pytest.mark.parametrize(("height", "width"), [(40, 56), (30, 41)])
def test_the_default_gives_without_torch_what_its_traced_network_gives(height, width, monkeypatch):
    """A clip of several frames, so that the state counts."""
    both = load.load("animesr-v2")
    traced = restored(replace(both, onnx=None), "cpu", shot(3, height, width))
    monkeypatch.setattr(load, "has_torch", lambda: False)
    alone = load.load("animesr-v2")
    assert alone.module is None
    assert psnr(restored(alone, "cpu", shot(3, height, width)), traced) > 80


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"no")])
@pytest.mark.parametrize("name", FILES)
def test_damage_is_a_sentence_with_the_way_out(folder, name, harm):
    harm(folder / name)
    with pytest.raises(WeightsError, match=r"damaged or missing.*Install sakuga again"):
        load.load("tiny")
