"""The checkup: each thing that can be wrong is found, and its fix is named."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from sakuga.engine import memory
from sakuga.media import trial
from sakuga.models import catalog, weights
from sakuga.models.spec import FileSource
from sakuga.restore import checkup


def found(area):
    return dict(checkup.AREAS[area]())


def test_this_machine_is_fit():
    areas = [check.area for check in checkup.checkup()]
    assert list(dict.fromkeys(areas)) == list(checkup.AREAS)


def test_a_missing_torch_is_a_note_with_the_pip_line(monkeypatch):
    true = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else true(name))
    state, words, fix = found("package")["torch"]
    assert (state, "not installed" in words) == ("note", True)
    assert fix == f'Run: {sys.executable} -m pip install "sakuga[torch]"'


def test_a_missing_ray_is_only_a_note(monkeypatch):
    monkeypatch.setattr(checkup.metadata, "requires", lambda _: ['ray[client]>=2.60; extra == "cluster"'])
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    state, words, fix = found("package")["ray"]
    assert (state, words) == ("note", "not installed; only --cluster needs it")
    assert fix == f'Run: {sys.executable} -m pip install "sakuga[cluster]"'


def test_a_package_that_breaks_at_import_is_named(monkeypatch):
    true = importlib.import_module

    def broken(name):
        if name == "cv2":
            raise ImportError("libGL.so.1: cannot open shared object file")
        return true(name)

    monkeypatch.setattr(importlib, "import_module", broken)
    state, words, fix = found("package")["opencv-python-headless"]
    assert state == "problem"
    assert "libGL" in words
    assert "opencv-python-headless>=" in fix


def test_an_old_package_is_a_problem(monkeypatch):
    monkeypatch.setattr(checkup.metadata, "version", lambda name: "1.2.3")
    state, words, _ = found("package")["av"]
    assert (state, words) == ("problem", "1.2.3, older than av>=18")


@pytest.mark.parametrize(
    ("version", "requirement", "enough"),
    [
        ("18.1.0", "av>=18", True),
        ("4.9", "opencv>=4.11", False),
        ("2.11.0+cu128", "torch>=2.11", True),
        ("2.11rc1", "torch>=2.11", True),
        ("3.11.7", ">=3.11", True),
        ("0.1", "torchvision", True),
    ],
)
def test_versions_are_compared_as_numbers(version, requirement, enough):
    assert checkup._at_least(version, requirement) == enough


@pytest.mark.parametrize(("broken", "state"), [("x264", "problem"), ("av1", "note")])
def test_a_broken_codec_is_found(broken, state, monkeypatch):
    monkeypatch.setattr(trial, "fault", lambda name: "Function not implemented" if name == broken else None)
    kinds = {name: finding[0] for name, finding in found("codec").items()}
    assert kinds.pop(broken) == state
    assert set(kinds.values()) == {"ok"}


@pytest.mark.parametrize(("free", "state"), [(5e8, "problem"), (2e9, "note"), (8e9, "ok")])
def test_memory_is_judged(free, state, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: int(free))
    assert found("memory")["free memory"][0] == state


def test_a_full_disk_is_a_problem(monkeypatch):
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda place: SimpleNamespace(free=1000))
    assert {finding[0] for finding in found("disk").values()} == {"problem"}


@pytest.fixture
def spec(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    spec = replace(catalog.CATALOG["realesr-animevideov3"], source=FileSource(path))
    monkeypatch.setattr(checkup, "CATALOG", {spec.name: spec})
    return spec


def test_weights_that_are_not_here_are_a_note(spec):
    state, _, fix = found("weights")[spec.name]
    assert (state, fix) == ("note", f"Run: sakuga models get {spec.name}")


def test_damaged_weights_are_a_problem(spec, monkeypatch):
    spec.source.path.write_bytes(b"half")
    monkeypatch.setattr(weights, "promised", lambda *_: "0" * 64)
    state, words, fix = found("weights")[spec.name]
    assert state == "problem"
    assert "damaged" in words
    assert fix == f"Run: sakuga models get {spec.name}"


def test_sound_weights_are_fine(spec):
    spec.source.path.write_bytes(b"whole")
    assert found("weights")[spec.name][0] == "ok"


@pytest.mark.parametrize(("content", "word"), [(None, "not here"), (b"half", "damaged")])
def test_shipped_weights_are_installed_again(content, word, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    if content:
        (tmp_path / "animesr-v2.onnx").write_bytes(content)
    state, words, fix = found("weights")["animesr-v2"]
    assert (state, word in words) == ("problem", True)
    assert "--force-reinstall 'sakuga'" in fix


def test_a_check_that_breaks_stops_no_other(monkeypatch):
    def broken():
        raise RuntimeError("driver gone")
        yield

    monkeypatch.setattr(checkup, "AREAS", {"device": broken, "memory": checkup.AREAS["memory"]})
    first, second = checkup.checkup()
    assert (first.state, "driver gone" in first.found, second.area) == ("problem", True, "memory")
