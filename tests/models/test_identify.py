"""What sakuga says of a file that it is shown."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

import onnx_models
import stand_ins
from sakuga.errors import InputError, WeightsError
from sakuga.models import weights
from sakuga.models.catalog import CATALOG
from sakuga.models.compact import Compact
from sakuga.models.identify import identify
from sakuga.models.metadata import spec_to_json
from sakuga.models.spec import FileSource, ModelSpec


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("animesr-v1-paper", ("animesr", 4, 1_495_376, "Apache-2.0")),
        ("animesr-v2", ("animesr", 4, 1_495_376, "Apache-2.0")),
        ("realesr-animevideov3", ("compact", 4, None, "BSD-3-Clause")),
    ],
)
def test_files_of_the_catalog_are_known_by_their_hash(tmp_path, name, facts):
    (*_, fetched) = weights.fetch(CATALOG[name]).values()
    copy = tmp_path / f"copy{fetched.suffix}"
    copy.write_bytes(fetched.read_bytes())
    found = identify(copy)
    assert (found.network, found.scale, found.parameters, found.licence) == facts
    assert found.name == name
    assert found.sha256 in CATALOG[name].source.members.values()
    assert found.usage == f"sakuga restore INPUT --model {name}"


def test_what_shipped_weights_were_rounded_from_is_known_by_its_hash(tmp_path):
    spec = CATALOG["animesr-v2"]
    (published,) = weights.fetch(replace(spec, source=spec.source.origin)).values()
    found = identify(published)
    assert (found.name, found.licence, found.parameters) == ("animesr-v2", "Apache-2.0", 1_495_376)


@pytest.mark.parametrize(
    ("name", "network", "parameters"),
    [("apisr-grl-4x", "grl", 1_027_939), ("apisr-rrdb-2x", "rrdb", 4_472_963)],
)
def test_published_files_without_a_published_hash(tmp_path, name, network, parameters):
    path = stand_ins.save(name, tmp_path)
    found = identify(path)
    assert (found.network, found.parameters, found.channels) == (network, parameters, (3, 3))
    assert found.name is None, "a file of that name need not be that file"
    assert found.licence.startswith("GPL-3.0")


def test_community_network(tmp_path):
    path = tmp_path / "net.pth"
    network = Compact(convs=3, channels=8, scale=2)
    torch.save({"params": network.state_dict()}, path)
    found = identify(path)
    count = sum(parameter.numel() for parameter in network.parameters())
    assert (found.network, found.scale, found.parameters) == ("RealESRGAN Compact", 2, count)
    assert (found.name, found.licence) == (None, None)
    assert found.usage == f"sakuga restore INPUT --model {path}"


def test_sakugas_own_export(tmp_path):
    path = tmp_path / "mine.safetensors"
    options = {"convs": 1, "channels": 8, "scale": 2}
    spec = ModelSpec("mine", "compact", 2, FileSource(path), options=options, licence="CC-BY-4.0")
    save_file(Compact(**options).state_dict(), path, metadata={"sakuga": spec_to_json(spec)})
    found = identify(path)
    assert (found.network, found.scale, found.licence) == ("compact", 2, "CC-BY-4.0")


def test_onnx(tmp_path):
    found = identify(onnx_models.nearest(tmp_path / "net.onnx", 3))
    assert (found.network, found.scale, found.channels) == ("onnx", 3, (3, 3))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("stranger.pth", {"a.weight": torch.zeros(2)}, "fits no network"),
        ("net.param", None, "ncnn"),
        ("song.mp3", None, "no model that sakuga loads"),
    ],
)
def test_what_cannot_be_used_is_told_why(tmp_path, name, content, said):
    path = tmp_path / name
    torch.save(content, path) if content else path.write_text("hello")
    found = identify(path)
    assert (found.network, found.scale, found.parameters, found.name) == (None, None, None, None)
    assert said in found.usage


def test_damage_is_no_identity(tmp_path):
    path = tmp_path / "net.pth"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(WeightsError, match=r"net\.pth"):
        identify(path)
    with pytest.raises(InputError, match="not a file"):
        identify(tmp_path)
