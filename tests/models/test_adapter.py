"""Adapters as files: on their own network they are what was learned, on any other a sentence."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

import scenes
from sakuga.errors import ModelError, WeightsError
from sakuga.models.adapter import adapted, fingerprint
from sakuga.models.identify import identify
from sakuga.models.load import load
from sakuga.models.metadata import ADAPTER, of_safetensors


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return load(scenes.save(tmp_path_factory.mktemp("model") / "base.pth"))


def rewritten(path, tensors=None, metadata=None):
    """The file with other tensors or another word on what it is for."""
    tensors = load_file(path) if tensors is None else tensors
    save_file(tensors, path, {ADAPTER: of_safetensors(path, ADAPTER) if metadata is None else metadata})
    return path


def test_an_adapter_on_its_network_is_what_was_learned(base, tmp_path):
    path = scenes.save_adapter(tmp_path / "様式.safetensors")
    assert path.stat().st_size < 10_000
    found, x = adapted(base, path), torch.rand(1, 3, 16, 24)
    assert torch.equal(found.module(x), scenes.network(adapted=True)(x))
    assert not torch.equal(found.module(x), base.module(x))
    assert found.spec == replace(base.spec, options={**base.spec.options, "adapted": True})
    assert not found.module.training
    assert base.module.adapter() == {}, "the network itself stays as it is"
    assert adapted(replace(base, onnx=path), path).onnx is None, "a graph of it has no adapter"


def test_weights_are_known_again_whatever_file_they_came_from(base, tmp_path):
    save_file(scenes.network(adapted=True).state_dict(), tmp_path / "whole.safetensors")
    whole = load(tmp_path / "whole.safetensors")
    assert fingerprint(base.module) == fingerprint(whole.module) == fingerprint(scenes.network())
    path = scenes.save_adapter(tmp_path / "style.safetensors")
    x = torch.rand(1, 3, 16, 24)
    assert torch.equal(adapted(base, path).module(x), whole.module(x))
    others = [scenes.network(blocks=2), scenes.network(residual=True), scenes.network()]
    others[2].model[1].bias[0] += 1e-6
    assert len({fingerprint(network) for network in (*others, base.module)}) == 4


def test_other_weights_are_refused(tmp_path):
    path = scenes.save_adapter(tmp_path / "style.safetensors", "town.pth")
    for options in ({"blocks": 2}, {"residual": True}):
        with pytest.raises(ModelError, match=r"learned on town\.pth, and --model seeded has other weights"):
            adapted(scenes.model(**options), path)
    graph = load(scenes.save_onnx(tmp_path / "scene.onnx"))
    with pytest.raises(ModelError, match=r"as weights; --model seeded is none"):
        adapted(graph, path)


def test_what_is_no_adapter_is_a_sentence(base, tmp_path):
    save_file(base.module.state_dict(), tmp_path / "whole.safetensors")
    with pytest.raises(ModelError, match=r"whole\.safetensors holds no adapter"):
        adapted(base, tmp_path / "whole.safetensors")
    (tmp_path / "text.safetensors").write_text("style")
    with pytest.raises(WeightsError, match=r"text\.safetensors could not be read"):
        adapted(base, tmp_path / "text.safetensors")


@pytest.mark.parametrize("told", ["", "[]", '{"name": "x"}', json.dumps({"name": "x", "sha": "y"})])
def test_an_adapter_that_does_not_tell_its_network_is_damaged(told, base, tmp_path):
    path = rewritten(scenes.save_adapter(tmp_path / "style.safetensors"), metadata=told)
    with pytest.raises(WeightsError, match="does not tell what it is for"):
        adapted(base, path)


@pytest.mark.parametrize("change", ["less", "more", "shape"])
def test_damaged_tensors_are_a_sentence(change, base, tmp_path):
    path = scenes.save_adapter(tmp_path / "style.safetensors")
    tensors, name = load_file(path), "model.2.weight"
    if change == "more":
        tensors["x"] = tensors[name].clone()
    else:
        short = tensors.pop(name)[:2]
        tensors |= {name: short} if change == "shape" else {}
    with pytest.raises(WeightsError, match="is damaged: its scales and shifts"):
        adapted(base, rewritten(path, tensors))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(WeightsError, match="is it whole"):
        adapted(base, path)


def test_an_adapter_is_no_model(tmp_path):
    path = scenes.save_adapter(tmp_path / "style.safetensors")
    with pytest.raises(ModelError, match="is an adapter, which goes on the network"):
        load(path)
    assert identify(path).usage.endswith(f"--model NETWORK --adapter {path}")
