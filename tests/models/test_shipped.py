"""Weights that are installed with sakuga: with PyTorch and without it, the same pictures."""

from dataclasses import replace

import numpy as np
import pytest

from contract_backends import shot
from learned import Squares
from learned import recipe as small
from sakuga.engine.engine import open_engine
from sakuga.engine.precision import psnr
from sakuga.errors import WeightsError
from sakuga.models import cache, catalog, load, weights
from sakuga.models.spec import ShippedSource
from sakuga.train.export import export
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine

FILES = ("tiny.onnx", "tiny.safetensors")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A catalog in which one model is installed with sakuga."""
    told = small("compact", options={"convs": 1, "channels": 8}, schedule={"steps": 2, "rate": 1e-2})
    Loop(told, tmp_path, Squares(), Machine(device="cpu")).run()
    spec, *_ = (export(tmp_path / NEWEST, tmp_path / name, half=True) for name in FILES)
    source = ShippedSource({name: cache.sha256(tmp_path / name) for name in FILES})
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    monkeypatch.setattr(load, "CATALOG", {**catalog.CATALOG, "tiny": replace(spec, source=source)})
    return tmp_path


def restored(model, device):
    engine = open_engine(model, device=device, precision="fp32", color_lock=False, reuse="off")
    return np.stack(list(engine.clip(shot(1, 24, 32))))


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


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"no")])
@pytest.mark.parametrize("name", FILES)
def test_damage_is_a_sentence_with_the_way_out(folder, name, harm):
    harm(folder / name)
    with pytest.raises(WeightsError, match=r"damaged or missing.*Install sakuga again"):
        load.load("tiny")
