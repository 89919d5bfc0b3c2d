"""Names and files to models, and a sentence for everything that is neither."""

import pickle
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

import onnx_models
import stand_ins
from sakuga.errors import ModelError, SakugaError, UnknownModel, WeightsError
from sakuga.models.compact import Compact
from sakuga.models.load import load
from sakuga.models.metadata import spec_to_json
from sakuga.models.networks import build
from sakuga.models.rrdb import RRDBNet
from sakuga.models.spec import FileSource, ModelSpec

SMALL = {"blocks": 1, "channels": 8, "growth": 4, "scale": 2}


def small_spec(path, **changes):
    known = {"name": "mine", "network": "rrdb", "scale": 2, "source": FileSource(path), "options": SMALL}
    return ModelSpec(**known | {"halo": 7, "multiple": 2, "half": (), "licence": "CC0-1.0"} | changes)


def exported(path, **changes):
    """As sakuga exports what it has trained."""
    spec = small_spec(path, **changes)
    torch.manual_seed(0)
    network = RRDBNet(**SMALL)
    save_file(network.state_dict(), path, metadata={"sakuga": spec_to_json(spec)})
    return spec, network


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("animesr", "Did you mean animesr-v2"),
        ("apisr-grl-x4", "Did you mean apisr-grl-4x"),
        ("wxyz", "called wxyz. `sakuga models list`"),
        ("models/none.pth", "no file called models/none.pth"),
    ],
)
def test_unknown_names(name, said):
    with pytest.raises(UnknownModel, match=said):
        load(name)


@torch.inference_mode()
def test_sakugas_own_export_says_what_it_is(tmp_path):
    path = tmp_path / "線画.safetensors"
    spec, network = exported(path)
    model = load(path)
    assert model.spec == spec
    x = torch.rand(1, 3, 8, 6)
    torch.testing.assert_close(model.module(x), network.eval()(x))


@pytest.mark.parametrize("wrapping", [None, "params", "params_ema", "model_state_dict", "state_dict"])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "module._orig_mod."])
def test_training_programs_wrappings_come_off(tmp_path, wrapping, prefix):
    path = tmp_path / "net.pth"
    weights = {prefix + name: value for name, value in Compact(convs=2, channels=8).state_dict().items()}
    other = {name: torch.zeros_like(value) for name, value in weights.items()}
    content = weights if wrapping is None else {wrapping: weights, "iteration": 7}
    torch.save(content | ({"params": other} if wrapping == "params_ema" else {}), path)
    model = load(path)
    assert (model.spec.network, model.spec.options["architecture"]) == ("community", "RealESRGAN Compact")
    assert any(parameter.any() for parameter in model.module.parameters())


@torch.inference_mode()
def test_community_network_brings_its_properties(tmp_path):
    compact, dat = tmp_path / "compact.pth", tmp_path / "some-dat.pth"
    network = Compact(convs=3, channels=8, scale=2)
    torch.save(network.state_dict(), compact)
    model = load(str(compact))
    spec = model.spec
    assert (spec.name, spec.scale, spec.halo, spec.exact, spec.half) == (
        "compact",
        2,
        5,
        True,
        ("bf16", "fp16"),
    )
    x = torch.rand(1, 3, 5, 9)
    torch.testing.assert_close(model.module(x), network.eval()(x))
    torch.save(stand_ins.apisr_dat(), dat)
    spec = load(dat).spec
    assert (spec.scale, spec.exact, spec.any_size, spec.multiple, spec.half) == (
        4,
        False,
        False,
        16,
        ("bf16",),
    )


def test_grl_of_apisr_is_known_by_its_keys(tmp_path):
    path = tmp_path / "renamed.pth"
    torch.save({"model_state_dict": stand_ins.apisr_grl()}, path)
    spec = load(path).spec
    assert (spec.network, spec.options, spec.half, spec.exact) == (
        "grl",
        {"depths": (4,) * 4},
        ("bf16",),
        False,
    )


def test_grl_of_others_is_left_to_spandrel(tmp_path):
    path = tmp_path / "other.pth"
    state = stand_ins.apisr_grl()
    state["table_w"] = torch.zeros(1, 31, 31, 2)
    torch.save(state, path)
    assert load(path).spec.network == "community"


@pytest.mark.parametrize(("blocks", "scale"), [((5, 3, 2), 4), ((2, 1, 1), 2)])
def test_animesr_is_known_by_its_keys(tmp_path, blocks, scale):
    path = tmp_path / "mine.pth"
    options = {"channels": 16, "blocks": blocks, "scale": scale}
    network = build(ModelSpec("mine", "animesr", scale, FileSource(path), options=options))
    torch.save({"params": network.state_dict()}, path)
    spec = load(path).spec
    assert (spec.network, spec.scale, spec.options) == ("animesr", scale, options)
    assert (spec.window, spec.recurrent, spec.multiple) == (3, True, 4)


def test_vqd_sr_is_told_from_animesr(tmp_path):
    path = tmp_path / "vqd.pth"
    state = build(ModelSpec("mine", "animesr", 4, FileSource(path))).state_dict()
    state["recurrent_cell.conv_s1_first.0.weight"] = torch.zeros(64, 73, 3, 3)
    torch.save(state, path)
    with pytest.raises(ModelError, match=r"VQD-SR.*animesr-v2"):
        load(path)


class Program:
    def __reduce__(self):
        return (print, ("run!",))


def damaged(path):
    torch.save(RRDBNet(**SMALL).state_dict(), path)
    path.write_bytes(path.read_bytes()[:5000])


def incomplete(path):
    weights = Compact(convs=2, channels=8).state_dict()
    del weights["body.2.bias"]
    torch.save(weights, path)


def grey(path):
    weights = Compact(convs=2, channels=8).state_dict()
    weights["body.0.weight"] = weights["body.0.weight"][:, :1]
    weights["body.6.weight"], weights["body.6.bias"] = (
        weights["body.6.weight"][:16],
        weights["body.6.bias"][:16],
    )
    torch.save(weights, path)


BAD = {
    "empty.pth": (lambda path: path.write_bytes(b""), "is it one, and whole"),
    "text.pth": (lambda path: path.write_text("hello there"), "is it one, and whole"),
    "damaged.pth": (damaged, "is it one, and whole"),
    "program.pth": (lambda path: torch.save({"a": Program()}, path), "programs beside its weights"),
    "pickle.pth": (lambda path: path.write_bytes(pickle.dumps(Program())), "could not be read"),
    "list.pth": (lambda path: torch.save([1, 2], path), "no weights but a list"),
    "numbers.pth": (lambda path: torch.save({"a": 1}, path), "holds no weights"),
    "stranger.pth": (
        lambda path: torch.save({"a.weight": torch.zeros(2)}, path),
        r"fits no network.*a\.weight",
    ),
    "incomplete.pth": (incomplete, "does not fit it"),
    "grey.pth": (grey, "from 1 to 1 channels"),
    "damaged.safetensors": (lambda path: path.write_bytes(b"\x09\0\0\0\0\0\0\0{"), "is it whole"),
    "empty.onnx": (lambda path: path.write_bytes(b""), "0 inputs and 0 outputs"),
    "text.onnx": (lambda path: path.write_text("hello there"), "is it one, and whole"),
    "song.mp3": (lambda path: path.write_text("la"), "files ending in .pth"),
    "4x_APISR_RRDB_GAN_generator.pth": (
        lambda path: torch.save(RRDBNet(**SMALL).state_dict(), path),
        "do not fit the network rrdb",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named_in_a_sentence(tmp_path, capfd, name):
    make, said = BAD[name]
    path = tmp_path / name
    make(path)
    with pytest.raises(SakugaError, match=said) as caught:
        load(path)
    assert name in str(caught.value) or "apisr-rrdb-4x" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ModelError, match="files ending in"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scal": 2}, "did you mean scale"),
        ({"scale": "two"}, "scale cannot be 'two'"),
        ({"window": 2}, "window cannot be 2"),
        ({"half": ["int8"]}, "half cannot be"),
        ({"zebra": 1}, "a newer sakuga"),
        ({"network": "unet"}, "network cannot be 'unet'"),
        ({"options": {"blocks": 3, "scale": 2}}, "do not fit the network rrdb"),
    ],
)
def test_metadata_that_cannot_be_is_named(tmp_path, change, said):
    import json

    path = tmp_path / "mine.safetensors"
    spec, network = exported(path)
    values = json.loads(spec_to_json(spec)) | change
    save_file(network.state_dict(), path, metadata={"sakuga": json.dumps(values)})
    with pytest.raises(ModelError, match=said):
        load(path)


@pytest.mark.parametrize(
    ("text", "said"), [("{", "no JSON"), ("[]", "a table"), ('{"name": "x"}', "needs name")]
)
def test_metadata_that_is_none_is_named(tmp_path, text, said):
    path = tmp_path / "mine.safetensors"
    save_file({"a": torch.zeros(1)}, path, metadata={"sakuga": text})
    with pytest.raises(ModelError, match=said):
        load(path)


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_onnx_tells_its_scale_by_its_shapes(tmp_path, scale):
    path = tmp_path / "絵.onnx"
    onnx_models.nearest(path, scale)
    model = load(path)
    assert model.module is None
    assert model.onnx == path
    assert (model.spec.network, model.spec.scale, model.spec.multiple) == ("onnx", scale, 1)


TORCHLESS = """
import sys
from pathlib import Path
sys.modules["torch"] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "torch" else find(name, *rest)
from sakuga.errors import ModelError
from sakuga.models.identify import identify
from sakuga.models.load import load
onnx, ours, other = map(Path, sys.argv[1:])
assert load(onnx).spec.scale == 2
found = identify(ours)
assert (found.network, found.scale, found.licence) == ("rrdb", 2, "CC0-1.0"), found
assert "needs PyTorch" in identify(other).usage
assert load("animesr-v2").onnx and load("animesr-v2").module is None
for name in ("animesr-v1-paper", str(ours)):
    try:
        load(name)
    except ModelError as error:
        assert f'{name}: this model needs PyTorch: python -m pip install "sakuga[torch]".' == str(error)
    else:
        raise AssertionError(name)
"""


def test_without_torch(tmp_path):
    onnx, ours, other = tmp_path / "net.onnx", tmp_path / "ours.safetensors", tmp_path / "other.safetensors"
    onnx_models.nearest(onnx)
    exported(ours)
    save_file(Compact(convs=2, channels=8).state_dict(), other)
    command = [sys.executable, "-c", TORCHLESS, str(onnx), str(ours), str(other)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_weights_error_is_a_model_error():
    assert issubclass(WeightsError, ModelError)
