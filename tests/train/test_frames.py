"""Pairs of frames for learnable operators: below each other to the pixel, and learned from to the end."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learned import recipe
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.errors import InputError, ModelError
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.models.load import load
from sakuga.train import frames, held_frames
from sakuga.train.events import Validated
from sakuga.train.export import export
from sakuga.train.frames import FramePairs, Pair
from sakuga.train.loop import Loop
from sakuga.train.machine import Machine
from sakuga.train.measures import Measures, psnr
from sakuga.train.operators import pool
from sakuga.train.recipe import read
from sakuga.train.run import samples_of, train
from trained import drawing

RECIPE = """
name = "video"
[model]
network = "lbo"
scale = 2
options = { channels = 16 }
[data]
kind = "frames"
target = "gt"
crop = 32
batch = 4
workers = 0
[losses]
pixel = "l1+l2"
[schedule]
steps = 200
rate = 4e-3
[run]
log_every = 100
validate_every = 200
save_every = 200
"""


def halved(picture):
    """Means of 2x2 pixels, darker: what an operator can learn."""
    height, width = (side // 2 for side in picture.shape[:2])
    return (picture.reshape(height, 2, width, 2, 3).mean((1, 3)) * 0.8).astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    for number in range(4):
        large = drawing(number, (48, 70))
        write_rgb(tmp_path / "pairs" / "pseudo_hr" / f"{number // 2:04}" / f"0{number}.png", large)
        write_rgb(tmp_path / "pairs" / "lq" / f"{number // 2:04}" / f"0{number}.png", halved(large))
    return tmp_path / "pairs"


@given(st.integers(0, 2**40))
def test_patches_lie_below_each_other_to_the_pixel(number):
    """Whatever the place and the turn: halving the patch gives the patch of the half."""
    large = drawing(3, (48, 70))
    files = {"large": large, "small": halved(large)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sakuga.train.frames.read_rgb", files.__getitem__)
        frames._both.cache_clear()
        sample = FramePairs((Pair("large", "small"),), 20)[number]
    made = halved(np.rint(sample["lq"].transpose(1, 2, 0) * 255).astype(np.uint8))
    assert np.array_equal(made, np.rint(sample["gt"].transpose(1, 2, 0) * 255))
    assert np.array_equal(sample["gt"], sample["pseudo_gt"])


def test_shapes_turns_and_repetition(folder):
    pairs = FramePairs.of(folder, 32, seed=4)
    assert len(pairs) == 4
    shapes = {name: array.shape for name, array in pairs[0].items()}
    assert shapes == {"lq": (3, 32, 32), "gt": (3, 16, 16), "pseudo_gt": (3, 16, 16)}
    assert all(array.flags.c_contiguous and array.dtype == np.float32 for array in pairs[1].values())
    for number in (3, 0, 3 + 4 * 10**9):
        one, other = pairs[number], pickle.loads(pickle.dumps(pairs))[number]
        assert all(np.array_equal(one[name], other[name]) for name in one)
    assert len({pairs[4 * epoch]["lq"].tobytes() for epoch in range(40)}) > 30
    with pytest.raises(IndexError):
        pairs[-1]


def test_patches_of_a_pair_come_in_a_row(folder):
    pairs = FramePairs.of(folder, 16, crops=3)
    assert len(pairs) == 12
    reads = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sakuga.train.frames.read_rgb", lambda path: reads.append(path) or read_rgb(path))
        frames._both.cache_clear()
        patches = [pairs[number]["lq"].tobytes() for number in (3, 4, 5, 6)]
    assert len(reads) == 4
    assert len(set(patches)) == 4


def test_what_is_no_set_of_pairs_is_named(folder):
    with pytest.raises(InputError, match="multiple of 2"):
        FramePairs.of(folder, 33)
    with pytest.raises(InputError, match="smaller than a patch of 64"):
        FramePairs.of(folder, 64)
    write_rgb(folder / "lq" / "0000" / "00.png", drawing(0, (23, 35)))
    with pytest.raises(InputError, match="2 times as wide and high"):
        FramePairs.of(folder, 32)
    (folder / "lq" / "0000" / "00.png").unlink()
    with pytest.raises(InputError, match="0000/00 is not in both"):
        FramePairs.of(folder, 32)
    with pytest.raises(InputError, match="empty or missing"):
        FramePairs.of(folder / "nothing", 32)


def test_a_recipe_for_frames_takes_what_fits_alone(folder):
    wrong = [
        ({"operators": ("x",)}, {}, "no data.prepared"),
        ({"manifest": ""}, {}, "names no data"),
        ({}, {"scale": 4}, "it is 2"),
        ({"target": "pseudo_gt"}, {}, "data.target"),
    ]
    for data, model, told in wrong:
        with pytest.raises(InputError, match=told):
            samples_of(_recipe(folder, data, model))


def _recipe(folder, data=None, model=None):
    told = recipe("lbo", {"channels": 4}, schedule={"steps": 8})
    told = replace(told, model=replace(told.model, **({"scale": 2} | (model or {}))))
    plain = {"kind": "frames", "manifest": str(folder), "target": "gt", "crop": 16}
    return replace(told, data=replace(told.data, **(plain | (data or {}))))


def test_a_run_goes_on_to_the_bit(folder, tmp_path):
    told = _recipe(folder)
    whole = Loop(told, tmp_path / "a", samples_of(told), Machine(device="cpu"))
    whole.run()
    first = Loop(told, tmp_path / "b", samples_of(told), Machine(device="cpu"))
    first.run(until=3)
    second = Loop(told, tmp_path / "b", samples_of(told), Machine(device="cpu"))
    assert second.step == 3
    second.run()
    one, other = (loop.trainer.learned.state_dict() for loop in (whole, second))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_validation_compares_with_the_real_lq(folder):
    class Perfect(torch.nn.Module):
        def forward(self, x):
            return torch.nn.functional.avg_pool2d(x, 2) * 0.8

    held = held_frames.held_frames(folder)
    told = held_frames.validate(Perfect(), held, Measures(st_lpips=False), 5, torch.device("cpu"))
    assert told.values["psnr"] > 45 > 20 > told.values["psnr of averages"]
    assert told.strips[0].shape == (24, 3 * 35, 3)


def test_from_pairs_to_an_operator_that_degrades_and_is_not_taken_for_a_model(folder, monkeypatch):
    monkeypatch.setattr(Measures, "opened", lambda on_note: Measures(st_lpips=False))
    (folder.parent / "video.toml").write_text(RECIPE)
    told = read(
        folder.parent / "video.toml", [f"data.{name}={folder}" for name in ("manifest", "validation")]
    )
    events = []
    newest = train(told, folder.parent / "learned", device="cpu", on_event=events.append)
    assert [event.step for event in events if isinstance(event, Validated)] == [200]
    path = folder.parent / "video.safetensors"
    export(newest, path)
    with pytest.raises(ModelError, match=r"data\.operators"):
        load(path)
    (operator,) = pickle.loads(pickle.dumps(pool([str(path)])))
    large, lq = (read_rgb(folder / part / "0001" / "02.png") for part in ("pseudo_hr", "lq"))
    half = to_frames(operator(to_clip(large[None])))[0]
    assert psnr(half, lq) > psnr(held_frames.averaged(large), lq) + 3
