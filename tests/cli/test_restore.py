"""`sakuga restore` as users run it: good files, bad files, stopped in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

import clips
from choices import APART, fill
from command import SAKUGA, sakuga, sentence, started
from fields import fielded, telecined
from film import film, packets, pictures, streams, timeline
from onnx_models import nearest
from sakuga.cli import app
from sakuga.media.picture import open_picture


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return nearest(tmp_path_factory.mktemp("model") / "nearest 二.onnx", 2)


@pytest.fixture(scope="module")
def slow_model(tmp_path_factory):
    """About a tenth of a second for a small tile."""
    return nearest(tmp_path_factory.mktemp("model") / "slow.onnx", 2, work=8)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def picture(path, pixels=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise(12, 16) if pixels is None else pixels).save(path)
    return path


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_folder_of_all_kinds(tmp_path, model):
    root = tmp_path / "in [1]"
    picture(root / "a.png")
    picture(root / "深い" / "b 1.webp")
    film(root / "c.mkv", pictures(6, 32, 24), [0, 40, 90, 200, 210, 300], tracks=True)
    (root / "readme.txt").write_text("hello")
    done = sakuga("restore", root, "--model", model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 done by nearest 二, 0 skipped, 0 failed.\n"
    out = tmp_path / "restored"
    assert names(out) == ["a.png", "c.mkv", "深い/b 1.webp"]
    with open_picture(out / "a.png") as file:
        (made,) = file
    assert np.array_equal(made.pixels, noise(12, 16).repeat(2, 0).repeat(2, 1))
    assert timeline(out / "c.mkv") == timeline(root / "c.mkv")
    assert streams(out / "c.mkv") == streams(root / "c.mkv")
    assert packets(out / "c.mkv") == packets(root / "c.mkv")
    again = sakuga("restore", root, "--model", "no model is needed.onnx", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, "0 done, 3 skipped, 0 failed.\n")


def test_bad_files_are_named_and_stop_no_other(tmp_path, model):
    root = tmp_path / "in"
    picture(root / "good.png")
    whole = picture(root / "cut.png", noise(64, 64)).read_bytes()
    (root / "cut.png").write_bytes(whole[:5000])
    whole = film(root / "cut.mp4", pictures(100, 32, 24)).read_bytes()
    (root / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (root / "text.mp4").write_text("only text")
    (root / "empty.jpg").write_bytes(b"")
    (root / "gone.png").symlink_to(root / "nowhere.png")
    done = sakuga("restore", root, "none.png", "--model", model, "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    first, *lines = done.stdout.splitlines()
    assert first == "1 done by nearest 二, 0 skipped, 6 failed."
    for name in ("cut.png", "cut.mp4", "text.mp4", "empty.jpg", "gone.png", "none.png"):
        (line,) = [line for line in lines if name in line]
        assert line.startswith("  failed: ")
        assert line.endswith(".")
    assert names(tmp_path / "out") == ["good.png"]


def test_json_is_all_of_stdout(tmp_path, model):
    film(tmp_path / "a.mkv", pictures(6, 32, 24))
    done = sakuga("restore", "a.mkv", "none.png", "--model", model, "--json", cwd=tmp_path)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events if event["event"] != "progress"] == [
        *("plan", "failed", "engine", "start", "done", "summary")
    ]
    assert (events[-2]["frames"], events[-2]["model"]) == (6, model.stem)
    assert done.stderr == ""
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "animesr-v3"], "animesr-v2"),
        (["--model", "none.onnx"], "none.onnx"),
        (["--model", "text.onnx"], "text.onnx"),
        (["--device", "toaster"], "--device toaster"),
        (["--tile", "7"], "--tile 7"),
        (["--out", "text.onnx"], "text.onnx"),
        (["--out", "b.mp4"], "b.mp4"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_a_sentence(tmp_path, model, arguments, words):
    picture(tmp_path / "a.png")
    (tmp_path / "text.onnx").write_text("only text")
    arguments = arguments if "--model" in arguments else [*arguments, "--model", model]
    before = names(tmp_path)
    done = sakuga("restore", "a.png", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert words in done.stderr
    assert names(tmp_path) == before


def test_without_a_name_each_result_tells_its_network(tmp_path, monkeypatch, capsys):
    fill(monkeypatch, [nearest(tmp_path / f"{name}.onnx") for name in APART])
    film(tmp_path / "b.mkv", pictures(4, 32, 24))
    picture(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    told = []
    for more in ((), ("--fast",), ("--fast", "--scale", "2")):
        assert app.run(["restore", "a.png", "b.mkv", "--json", "--overwrite", *more]) == 0
        events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        *_, summary = events
        told.append([event["model"] for event in events if event["event"] == "done"])
        assert [result["model"] for result in summary["results"]] == told[-1]
        engines = [event["model"] for event in events if event["event"] == "engine"]
        assert engines == list(dict.fromkeys(told[-1]))
    assert told == [["still", "moving"], ["fast4", "fast2"], ["fast2", "fast2"]]
    assert app.run(["restore", "a.png", "b.mkv", "--overwrite"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "1 done by still, 1 done by moving, 0 skipped, 0 failed."
    assert re.search(r"done: restored/b\.mkv \(moving, \d+\.\d s\)", err)


def test_fast_beside_a_model_is_a_sentence(tmp_path):
    picture(tmp_path / "a.png")
    done = sakuga("restore", "a.png", "--fast", "--model", "animesr-v2", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--fast chooses the model itself" in sentence(done)
    assert names(tmp_path) == ["a.png"]


def wait_for(process, event):
    for line in process.stdout:
        if json.loads(line)["event"] == event:
            return
    pytest.fail(f"no {event}: {process.stderr.read()}")


@pytest.mark.parametrize(
    ("name", "how"), [("large.png", "SIGINT"), ("long.mkv", "SIGINT"), ("long.mkv", "SIGTERM")]
)
def test_stopped_in_the_middle(tmp_path, slow_model, name, how):
    picture(tmp_path / "first.png")
    picture(tmp_path / "large.png", noise(540, 960))
    film(tmp_path / "long.mkv", pictures(200, 160, 96), tracks=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    (tmp_path / "out" / name).write_bytes(b"old")
    process = started(
        *("restore", "first.png", name, "--model", slow_model, "--out", "out"),
        *("--overwrite", "--json", "--tile", "128"),
        cwd=tmp_path,
    )
    for event in ("start", "start", "progress"):
        wait_for(process, event)
    process.send_signal(getattr(signal, how))
    began = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 4
    assert process.returncode == 130
    assert err.strip() == "sakuga: Stopped; 1 of 2 files done and whole. The same command goes on from there."
    assert sorted(os.listdir(tmp_path / "out")) == sorted(["first.png", "mine.txt", name])  # noqa: PTH208
    assert (tmp_path / "out" / name).read_bytes() == b"old"


def test_a_reader_that_leaves_does_not_stop_the_work(tmp_path, model):
    for index in range(4):
        picture(tmp_path / f"{index}.png")
    process = started("restore", tmp_path, "--model", model, "--out", tmp_path / "out", "--json")
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert len(names(tmp_path / "out")) == 4


@pytest.fixture
def tiny_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk(tiny_disk, tmp_path, model):
    source = picture(tmp_path / "a.png", noise(200, 200))
    done = sakuga("restore", source, "--model", model, "--out", tiny_disk)
    assert done.returncode == 1
    assert "disk is full" in done.stdout
    assert "may need" in done.stderr
    assert names(tiny_disk) == []


def test_a_terminal_gets_bars(tmp_path, model):
    pty = pytest.importorskip("pty")
    picture(tmp_path / "[1080p] a.png")
    picture(tmp_path / "b.png")
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*SAKUGA, "restore", str(tmp_path), "--model", str(model), "--out", "out"],
        stdout=subprocess.PIPE,
        stderr=slave,
        cwd=tmp_path,
        text=True,
    ) as process:
        os.close(slave)
        shown = b""
        while chunk := _read(master):
            shown += chunk
        assert process.wait(60) == 0
        assert process.stdout.read() == "2 done by nearest 二, 0 skipped, 0 failed.\n"
    assert "[1080p] a.png" in shown.decode()
    assert b"\x1b[?25h" in shown


def _read(master):
    try:
        return os.read(master, 4096)
    except OSError:
        return b""


def test_one_file_may_be_named_and_made_another_format(tmp_path, model):
    picture(tmp_path / "a.png")
    done = sakuga("restore", "a.png", "--out", "b.webp", "--scale", "1.5", "--model", model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with open_picture(tmp_path / "b.webp") as file:
        assert (file.format, file.width, file.height) == ("webp", 24, 18)
    assert sentence(sakuga("restore", cwd=tmp_path)).startswith("sakuga: ")


def test_repair_and_control_from_the_command_line(tmp_path, model):
    moments = clips.moving(40, 160, 96)
    fielded(tmp_path / "old.mpg", telecined(moments))
    picture(tmp_path / "a.png")
    arguments = ("--model", model, "--strength", "0.5", "--keep-grain", "--start", "0:00.5", "--end", "1.25")
    done = sakuga("restore", "old.mpg", "a.png", *arguments, "--square-pixels", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3:2" in done.stdout + done.stderr
    times = timeline(tmp_path / "restored" / "old.mkv")
    assert len(times) == pytest.approx(18, abs=1)
    assert float(times[-1] - times[0]) == pytest.approx((len(times) - 1) * 1001 / 24000, abs=0.002)
    assert (tmp_path / "restored" / "a.png").exists()
