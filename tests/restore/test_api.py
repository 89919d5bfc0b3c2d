"""The Python door: its names, its lightness, and a model loaded through it."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

import sakuga
from onnx_models import nearest
from sakuga.evaluate.origin import carried
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.restore.settings import RestoreSettings

PUBLIC = {
    "CodecError",
    "DeviceError",
    "InputError",
    "ModelError",
    "OutOfMemory",
    "OutputError",
    "Restorer",
    "SakugaError",
    "UnknownModel",
    "VerifyError",
    "WeightsError",
    "__version__",
    "load",
}
"""A name here is a promise; adding one is easy, taking one away is not."""


def test_the_public_names_are_these():
    assert set(sakuga.__all__) == PUBLIC
    assert list(sakuga.__all__) == sorted(sakuga.__all__)


def test_import_loads_nothing_but_the_errors():
    script = "import sys, sakuga; print(*sorted(name for name in sys.modules if name.startswith('sakuga')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["sakuga", "sakuga.errors"]


def test_a_model_restores_arrays_clips_and_files(tmp_path):
    model = sakuga.load(nearest(tmp_path / "網.onnx", 3), device="cpu", precision="fp32")
    assert isinstance(model, sakuga.Restorer)
    assert model.scale == 3
    assert (model.report.backend, model.report.precision) == ("OpenVINO", "fp32")
    array = np.random.default_rng(0).integers(0, 256, (5, 11, 13, 4), np.uint8)
    array[..., 3] |= 1
    large = array.repeat(3, 1).repeat(3, 2)
    assert np.array_equal(model.restore(array[0]), large[0])
    assert np.array_equal(model.restore(array[..., :3]), large[..., :3])
    assert np.array_equal(list(model.restore(iter(array[..., :3]))), large[..., :3])
    floats = (array[0, :, :, :3] / 255).astype(np.float32)
    assert np.allclose(model.restore(floats), floats.repeat(3, 0).repeat(3, 1), atol=1e-4)


def test_a_restored_file_tells_the_hash_of_the_weights_that_were_loaded(tmp_path):
    weights = nearest(tmp_path / "網.onnx", 2)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    write_rgb(tmp_path / "a.png", np.zeros((10, 20, 3), np.uint8))
    made = sakuga.load(weights, device="cpu", precision="fp32").restore(tmp_path / "a.png", tmp_path / "out")
    assert carried(made) == {"name": "網", "files": {"網.onnx": digest}}


def test_fast_takes_the_small_networks(tmp_path):
    write_rgb(tmp_path / "a.png", np.zeros((10, 20, 3), np.uint8))
    model = sakuga.load(fast=True)
    assert model.restore(np.zeros((10, 20, 3), np.uint8)).shape == (40, 80, 3)
    assert model.restore(np.zeros((2, 10, 20, 3), np.uint8)).shape == (2, 20, 40, 3)
    assert carried(model.restore(tmp_path / "a.png", tmp_path / "out"))["name"] == "lite-4x"


def test_what_load_decided_holds_for_files(tmp_path):
    write_rgb(tmp_path / "a.png", np.zeros((10, 20, 3), np.uint8))
    model = sakuga.load(nearest(tmp_path / "a.onnx", 4), scale=1.5)
    others = RestoreSettings(scale=3, fast=True, format="webp")
    made = model.restore(tmp_path / "a.png", tmp_path / "out", settings=others)
    assert made.name == "a.webp"
    assert read_rgb(made).shape == (15, 30, 3)


def test_scale_is_any_number(tmp_path):
    model = sakuga.load(nearest(tmp_path / "a.onnx", 4), scale=1.5)
    assert model.restore(np.zeros((10, 20, 3), np.uint8)).shape == (15, 30, 3)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"model": "animesr-v3"}, sakuga.UnknownModel, "animesr-v2"),
        ({"device": "toaster"}, sakuga.DeviceError, "toaster"),
        ({"fast": True}, sakuga.InputError, "--fast"),
        ({"scale": 0}, sakuga.InputError, "--scale"),
        ({"tile": -1}, sakuga.InputError, "--tile"),
    ],
    ids=["model", "device", "fast", "scale", "tile"],
)
def test_what_cannot_be_loaded_is_a_sentence(tmp_path, options, error, words):
    with pytest.raises(error, match=words):
        sakuga.load(**{"model": nearest(tmp_path / "a.onnx"), **options})
