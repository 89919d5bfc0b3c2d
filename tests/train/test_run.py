"""Recipes: every one that is shipped, what is refused, and the way from one to a model that restores."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from command import sakuga, sentence
from sakuga.engine.devices import Device
from sakuga.errors import InputError
from sakuga.media.plain import write_rgb
from sakuga.models.features import FEATURES
from sakuga.train import machine, networks, recipe
from sakuga.train.events import Noted
from sakuga.train.export import export
from sakuga.train.run import train

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))
PUBLISHED = {
    "grl": 1_027_939,
    "rrdb": 4_467_779,
    "dat": 10_889_040,
    "animesr": 1_495_376,
    "lbo": 45_635,
    "stylegan2": 30_034_338,
    "translator": 11_378_179,
}
OWN = {
    "apisr-small": 1_121_347,
    "cel-4x": 621_424,
    "cel-video-4x": 917_664,
    "lite-2x": 110_192,
    "lite-4x": 107_600,
    "scenimefy-small": 539_523,
    "scenimefy-adapter": 11_378_179 + 2 * 5_248,
}
"""Parameters by network, and by recipe without its stage."""
SMALL = """
name = "small"
[model]
network = "compact"
options = { convs = 1, channels = 8 }
[data]
crop = 32
batch = 4
workers = 0
[schedule]
steps = 6
rate = 1e-3
ema = 0.5
[run]
log_every = 2
validate_every = 3
save_every = 3
"""


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_shipped_recipes_can_be_followed(path):
    told = recipe.read(path)
    assert told.name == path.stem
    assert path.read_text().startswith(f"# sakuga train recipes/{path.name} ")
    assert set(told.losses.perceptual) <= set(FEATURES)
    network = networks.build(told.model)
    wanted = OWN.get(told.name.rstrip("-123")) or PUBLISHED[told.model.network]
    assert sum(p.numel() for p in network.parameters()) == wanted
    assert recipe.from_json(recipe.to_json(told), "here") == told


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "small.toml").write_text(SMALL)
    for name in ("stills", "held"):
        for seed in range(2):
            canvas = np.full((64, 96, 3), 210, np.uint8)
            cv2.circle(canvas, (30 + 20 * seed, 32), 20, (60, 90, 200), -1, cv2.LINE_AA)
            write_rgb(tmp_path / name / f"{seed}.png", canvas)
    return tmp_path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("model.netwrok=grl", "there is no model.netwrok; did you mean model.network?"),
        ("schedule.steps=0", "schedule.steps is 0; it should be greater than or equal to 1."),
        ("model.learns=some", "model.learns is 'some'; it should be 'all' or 'adapter'."),
        ("run.precision=fp8", "run.precision is 'fp8'; it should be 'fp32', 'bf16' or 'fp16'."),
        ("data.crop=x", "data.crop is 'x'"),
        ("steps", "write it as key=value"),
        ("name.first=3", "name is a value, not a table"),
    ],
)
def test_what_a_recipe_cannot_say_is_refused(desk, change, told):
    with pytest.raises(InputError) as error:
        recipe.read(desk / "small.toml", [change])
    assert told in str(error.value)


def test_files_that_are_no_recipes_are_refused(desk):
    (desk / "bad.toml").write_text("name = ")
    with pytest.raises(InputError, match="is no TOML"):
        recipe.read(desk / "bad.toml")
    with pytest.raises(InputError, match="could not be read"):
        recipe.read(desk / "gone.toml")
    (desk / "empty.toml").write_text("")
    with pytest.raises(InputError, match="name is missing"):
        recipe.read(desk / "empty.toml")


def test_from_a_recipe_to_a_restored_picture(desk):
    where = ("--set", "data.manifest=stills", "--set", "data.validation=held", "--out", "trained")
    done = sakuga("train", "small.toml", *where, cwd=desk)
    assert done.returncode == 0, done.stderr
    assert "step 6: psnr" in done.stderr
    curves = (desk / "trained" / "curves.csv").read_text()
    assert "6,psnr of bicubic," in curves
    assert len(list((desk / "trained" / "strips").glob("*.png"))) == 4
    again = sakuga("train", "small.toml", *where, "--set", "schedule.steps=8", cwd=desk)
    assert "steps 6 to 8" in again.stderr, again.stderr
    for name in ("small.safetensors", "small.onnx"):
        made = sakuga("export", "trained/newest.sakuga-train", "--out", name, cwd=desk)
        assert made.returncode == 0, made.stderr
        restored = sakuga("restore", "stills/0.png", "--model", name, "--out", f"{name}.png", cwd=desk)
        assert restored.returncode == 0, restored.stderr
    one, two = (
        np.asarray(Image.open(desk / f"small.{kind}.png")).astype(int) for kind in ("safetensors", "onnx")
    )
    assert one.shape == (256, 384, 3)
    assert np.abs(one - two).max() <= 1


@pytest.mark.parametrize(
    ("can", "gpu", "device", "taken"),
    [
        (("fp32",), None, "auto", "fp32"),
        (("fp32",), "cuda", "auto", "bf16"),
        (("fp32",), "cuda", "cpu", "fp32"),
        (("fp32", "bf16"), None, "auto", "bf16"),
    ],
)
def test_processors_need_not_imitate_bf16(can, gpu, device, taken, monkeypatch):
    monkeypatch.setattr(machine, "devices", lambda: [Device("cpu", "AMD EPYC", "OpenVINO", can)])
    monkeypatch.setattr(machine, "accelerator", lambda: gpu)
    assert machine.afforded("bf16", device) == taken
    assert machine.afforded("fp32", device) == "fp32"


def test_a_run_in_other_arithmetic_than_its_recipe_says_so(desk, monkeypatch):
    monkeypatch.setattr(machine, "devices", list)
    changes = [f"data.manifest={desk / 'stills'}", "run.precision=bf16", "schedule.steps=1"]
    events = []
    train(recipe.read(desk / "small.toml", changes), desk / "out", device="cpu", on_event=events.append)
    assert [event.sentence for event in events if isinstance(event, Noted)] == [
        "This processor has no bf16: fp32, which is quicker than to imitate it."
    ]


def test_misuse_is_a_sentence(desk):
    wrong = sakuga("train", "small.toml", "--set", "schedule.stepps=3", cwd=desk)
    assert wrong.returncode == 2
    assert "did you mean schedule.steps?" in sentence(wrong)
    gone = sakuga("export", "gone.sakuga-train", "--out", "x.onnx", cwd=desk)
    assert "There is no checkpoint gone.sakuga-train." in sentence(gone)
    with pytest.raises(InputError, match="names no data"):
        train(recipe.read(desk / "small.toml"), desk / "out", device="cpu")
    with pytest.raises(InputError, match="should end in"):
        export(desk / "gone", desk / "x.pth")
