"""`sakuga inspect` as users run it."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from command import sakuga, sentence
from drawn import drawing
from film import film, pictures
from onnx_models import nearest
from sakuga.cli import app


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    film(folder / "a.mkv", pictures(50, 64, 48), tracks=True)
    Image.fromarray(drawing(160, 200)).save(folder / "a.png")
    nearest(folder / "nearest.onnx")
    return folder


def test_the_true_command_tells_measures_command_time_and_size(desk):
    done = sakuga("inspect", "a.mkv", "--model", "nearest.onnx", cwd=desk)
    assert done.returncode == 0, done.stderr
    facts = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if line and line[0] != " ")
    assert {"blocking", "ringing", "blur", "noise", "native", "held", "cuts", "video"} <= set(facts)
    assert facts["sakuga"].startswith("restore a.mkv --model nearest.onnx")
    assert "  About 0:0" in done.stdout


def test_json_holds_the_same(desk):
    done = sakuga("inspect", "a.png", "--model", "nearest.onnx", "--json", cwd=desk)
    told = json.loads(done.stdout)
    assert told["file"]["native_height"] == 160
    assert told["advice"]["command"].startswith("sakuga restore a.png")
    assert told["estimate"]["size"] > 0


def test_quick_runs_no_network(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk)
    assert app.run(["inspect", "a.png", "--quick", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["estimate"] is None


def test_without_its_model_it_still_measures(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk)
    assert app.run(["inspect", "a.png", "--model", "none.onnx"]) == 0
    out = capsys.readouterr().out
    assert "blocking" in out
    assert "No time and size: There is no model and no file called none.onnx." in out


@pytest.mark.parametrize("name", ["none.mkv", "nearest.onnx", "."])
def test_what_cannot_be_inspected_is_a_sentence(desk, name):
    done = sakuga("inspect", name, cwd=desk)
    assert (done.returncode, done.stdout) == (1, "")
    assert name in sentence(done)
