"""The rehearsal of a run: the sheet shows the run's own samples, sums add up, nothing is touched."""

import time

import numpy as np
import pytest
import torch

from command import sakuga
from learned import Squares, recipe
from moving import clip_folder
from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_frames
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.media.sheet import GAP
from sakuga.train import cost as costs
from sakuga.train import rehearsal
from sakuga.train.clips import ClipPairs, Clipping
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.order import Order
from sakuga.train.pairs import Making, Pairs
from sakuga.train.rehearsal import rehearse
from sakuga.train.seen import FRAMES, _label, seen
from trained import drawing


class Slow(Squares):
    def __getitem__(self, number):
        time.sleep(0.05)
        return super().__getitem__(number)


class Clips(Squares):
    def __getitem__(self, number):
        return {name: np.stack([part] * 6) for name, part in super().__getitem__(number).items()}


def halved(clip):
    return clip[:, ::2, ::2]


def frame(planes):
    return to_frames(planes[None].transpose(0, 2, 3, 1))[0]


def at(sheet, place, height, width):
    """The picture at this place of the first row."""
    left = GAP + place * (width + GAP)
    return sheet[GAP : GAP + height, left : left + width]


@pytest.mark.parametrize("critic", ["", "patch"])
def test_the_sheet_shows_what_the_run_begins_with(monkeypatch, critic):
    samples, told = Squares(side=16), recipe(losses={"critic": critic}, run={"seed": 3})
    monkeypatch.setattr(rehearsal, "samples_of", lambda _: samples)
    sheet = rehearse(told, device="cpu").sheet
    first = samples[Order(len(samples), told.data.batch, 3).step(0)[0]]
    lq = frame(first["lq"]).repeat(4, 0).repeat(4, 1)
    shown = [lq, frame(first["pseudo_gt"]), *([frame(first["gt"])] if critic else [])]
    for place, wanted in enumerate(shown):
        assert np.array_equal(at(sheet, place, 64, 64), wanted)
    assert sheet.shape[1] == GAP + len(shown) * (64 + GAP)


def test_of_clips_it_shows_the_first_frames_in_a_row():
    samples = Clips()
    batch = {name: torch.from_numpy(array)[None] for name, array in samples[5].items()}
    shown = {"lq": batch["lq"], "target": batch["gt"], "real": batch["gt"]}
    sheet = seen(shown, [5], samples, critic=True)
    assert sheet.shape[1] == GAP + FRAMES * (32 + GAP)
    for place in range(FRAMES):
        assert np.array_equal(
            at(sheet, place, 32, 32), frame(samples[5]["lq"][place]).repeat(4, 0).repeat(4, 1)
        )


@pytest.mark.parametrize("crops", [1, 2])
def test_the_degradation_that_is_told_is_the_one_that_happened(tmp_path, monkeypatch, crops):
    for number in range(2):
        write_rgb(tmp_path / f"{number}.png", drawing(number, (70, 99)))
    pairs = Pairs.of(tmp_path, Making(crop=32, crops=crops, seed=4))
    happened, degrade = [], pipeline.degrade
    monkeypatch.setattr(
        pipeline, "degrade", lambda *a, **k: [happened.append(done := degrade(*a, **k)), done][1]
    )
    for number in (0, len(pairs) + 1):
        pairs[number]
        assert pairs.degradation(number) == happened[-1][1]


@pytest.mark.parametrize("learned", [(), (halved, halved)], ids=["classic", "learned"])
def test_what_is_told_of_clips_is_what_happened(tmp_path, monkeypatch, learned):
    pairs = ClipPairs.of(clip_folder(tmp_path / "clips"), Clipping(crop=32, frames=3, seed=4), learned)
    happened, degrade = [], pipeline.degrade
    monkeypatch.setattr(
        pipeline, "degrade", lambda *a, **k: [happened.append(done := degrade(*a, **k)), done][1]
    )
    for number in (0, 5, len(pairs) + 1):
        pairs[number]
        assert pairs.degradation(number) == happened[-1][1]
    words = [_label(number, pairs) for number in range(12)]
    assert all(label.startswith(f"sample {number}: blur (") for number, label in enumerate(words))
    assert any("learned" in label for label in words) is bool(learned)


def test_time_for_data_is_told_apart(monkeypatch):
    monkeypatch.setattr(rehearsal, "samples_of", lambda _: Slow())
    told = recipe(schedule={"steps": 7200})
    cost = rehearse(told, device="cpu").cost
    assert 0.1 <= cost.data < 0.5
    assert cost.step == pytest.approx(cost.computing + cost.data)
    assert cost.waiting == pytest.approx(cost.data / cost.step)
    assert cost.hours == pytest.approx(2 * cost.step)
    assert cost.memory > 50e6
    assert (cost.workers, cost.device, cost.validation) == (0, None, 0)


def test_workers_hide_data_but_want_cores(monkeypatch):
    monkeypatch.setattr(costs.os, "cpu_count", lambda: 4)
    monkeypatch.setattr(costs.torch, "get_num_threads", lambda: 4)
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert costs._step(1.0, 3.0, 2, gpu) == 3
    assert costs._step(3.0, 1.0, 2, gpu) == 3
    assert costs._step(3.0, 1.0, 2, cpu) == 3.5
    assert costs._step(3.0, 1.0, 0, gpu) == 4


def test_a_dry_run_leaves_a_run_as_it_is(tmp_path):
    for name in ("stills", "held"):
        write_rgb(tmp_path / name / "線.png", drawing(1, (64, 96)))
    (tmp_path / "small.toml").write_text(
        'name = "small"\n[model]\nnetwork = "compact"\noptions = { convs = 1, channels = 8 }\n'
        "[data]\ncrop = 32\nbatch = 2\nworkers = 1\n[schedule]\nsteps = 9000\nrate = 1e-3\n"
    )
    Loop(recipe(schedule={"steps": 1}), tmp_path / "out", Squares(), Machine(device="cpu")).run()
    before = (tmp_path / "out" / NEWEST).read_bytes()
    where = ("--set", "data.manifest=stills", "--set", "data.validation=held", "--out", "out")
    done = sakuga("train", "small.toml", *where, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, step, validation, hours, memory = done.stdout.splitlines()
    assert first == "out/dry-run.png: what the network will see first; an epoch has 1 sample."
    assert "s of computing; its data" in step
    assert "with 1 worker;" in step
    assert validation.endswith("s, every 5000 steps.")
    assert hours.startswith("9000 steps: ")
    assert memory.endswith("GB in each worker.")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dry-run.png", NEWEST]
    assert (tmp_path / "out" / NEWEST).read_bytes() == before
    assert read_rgb(tmp_path / "out" / "dry-run.png").shape[1] == GAP + 2 * (32 + GAP)
