"""A Ray cluster gives the same bytes, whoever is killed on the way, and refusals are sentences."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from command import sakuga, sentence, started
from film import film
from onnx_models import nearest
from shots import shots

pytest.importorskip("ray", reason="the extra `cluster` is not installed")

FRAMES, SHOT = 500, 50
PLAIN = ("--deinterlace", "off", "--no-letterbox")
KEPT = (".png", ".json", ".jsonl")
HEAD = """
import os, sys
from sakuga.engine import session
with session.opened("local") as ray:
    print(ray.get_runtime_context().gcs_address, session._OWN["RAY_AUTH_TOKEN"], flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address():
    """Of a cluster that is there already: one node, with as many cores as this machine has."""
    command, pipes = [sys.executable, "-c", HEAD], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True) as head, pytest.MonkeyPatch.context() as patch:
        found, token = head.stdout.readline().split()
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", token)
        yield found
        head.stdin.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return nearest(tmp_path_factory.mktemp("model") / "nearest.onnx", 2)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film") / "long.mkv", shots(FRAMES, SHOT), tracks=True)


@pytest.fixture(scope="module")
def whole(source, model, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    done = sakuga("restore", source, "--model", model, "--out", out, *PLAIN)
    assert done.returncode == 0, done.stderr
    return digest(out / "long.mkv")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def until(process, folder, count):
    while len([*folder.glob(".*.sakuga/[!.]*.segment")]) < count:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def at_work():
    """A process in which Ray runs what was ordered."""
    while True:
        for each in psutil.process_iter(["name"]):
            if each.info["name"].startswith("ray::_run"):
                return each
        time.sleep(0.01)


def test_a_killed_worker_costs_nothing_but_time(source, model, whole, address, tmp_path):
    command = ("restore", source, "--model", model, "--out", tmp_path, *PLAIN)
    process = started(*command, "--cluster", address, "--workers", "2", "--json")
    until(process, tmp_path, 2)
    at_work().kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert err == ""
    events = [json.loads(line) for line in out.splitlines()]
    (note,) = next(event["notes"] for event in events if event["event"] == "engine")
    assert note.startswith("2 workers of the cluster, with ")
    counts = [event["count"]["done"] for event in events if event["event"] == "progress"]
    assert counts == sorted(counts)
    assert counts[-1] == FRAMES
    assert [path.name for path in tmp_path.iterdir()] == ["long.mkv"]
    assert digest(tmp_path / "long.mkv") == whole


def test_a_set_of_pictures_is_the_same_too(source, address, tmp_path):
    for name in ("a.mkv", "b.mkv"):
        (tmp_path / name).write_bytes(source.read_bytes())
    (tmp_path / "bad.mkv").write_bytes(bytes(1000))
    command = ("curate", "a.mkv", "b.mkv", "bad.mkv", "--out")
    for out, more in (("alone", ()), ("there", ("--cluster", address))):
        done = sakuga(*command, out, "--count", 3, *more, cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "bad.mkv" in done.stderr + done.stdout
    alone, there = (
        {path.name: path.read_bytes() for path in (tmp_path / out).iterdir() if path.suffix in KEPT}
        for out in ("alone", "there")
    )
    assert len([name for name in alone if name.endswith(".png")]) >= 3
    assert alone == there


def test_stopped_it_leaves_nothing_behind_and_goes_on_without_a_cluster(source, model, whole, tmp_path):
    before = set(Path(tempfile.gettempdir()).glob("sakuga-*/session_*"))
    command = ("restore", source, "--model", model, "--out", tmp_path, *PLAIN)
    process = started(*command, "--cluster", "local", "--workers", "2")
    until(process, tmp_path, 2)
    ours = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.strip().endswith("The same command goes on from there.")
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(ours, 10)
    assert not alive
    assert set(Path(tempfile.gettempdir()).glob("sakuga-*/session_*")) <= before
    assert [path.name for path in tmp_path.iterdir()] == [".long.mkv.sakuga"]
    assert not [*tmp_path.glob(".*.sakuga/*partial*")]
    done = sakuga(*command)
    assert done.returncode == 0, done.stderr
    assert "frames are there from an earlier run" in done.stderr
    assert digest(tmp_path / "long.mkv") == whole


def test_nothing_is_done_where_there_is_no_cluster(source, model, tmp_path):
    command = ("restore", source, "--model", model, "--out", tmp_path / "out")
    done = sakuga(*command, "--cluster", "127.0.0.1:1")
    assert done.returncode == 1
    assert sentence(done).startswith("sakuga: --cluster 127.0.0.1:1: no Ray cluster answers there")
    assert not (tmp_path / "out").exists()
