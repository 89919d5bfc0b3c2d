"""A job that is killed, starved of disk or tampered with goes on, and gives the bytes it would have given."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import socket
import subprocess
import time

import numpy as np
import psutil
import pytest

from command import sakuga, started
from film import film, pictures
from onnx_models import nearest
from shots import shots

FRAMES = 2000
SHOT = 50


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return nearest(tmp_path_factory.mktemp("model") / "nearest.onnx", 2)


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A film of 40 shots with sound, subtitles and a font."""
    return film(tmp_path_factory.mktemp("film") / "long.mkv", shots(FRAMES, SHOT), tracks=True)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film") / "long.mkv", shots(600, SHOT), tracks=True)


@pytest.fixture(scope="module")
def whole(long, model, tmp_path_factory):
    """The hash of the result of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole")
    done = sakuga("restore", long, "--model", model, "--out", out)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in out.iterdir()] == ["long.mkv"]
    return digest(out / "long.mkv")


def segments(folder):
    return sorted(folder.glob(".*.sakuga/[!.]*.segment"))


def killed(command, until, delay):
    """Whether the command was still at work when `until()` had come true, `delay` seconds before -9."""
    process = started(*command)
    try:
        while process.poll() is None and not until():
            time.sleep(0.002)
        time.sleep(delay)
        process.kill()
    finally:
        process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


@pytest.mark.timeout(240)
def test_killed_again_and_again_it_ends_with_the_same_bytes(long, model, whole, tmp_path):
    chance, command = random.Random(5), ("restore", long, "--model", model, "--out", tmp_path)
    kills, reached = 0, []
    for _ in range(20):
        before, more = len(segments(tmp_path)), chance.choice((0, 1, 1, 1))
        kills += killed(
            command, lambda want=before + more: len(segments(tmp_path)) >= want, chance.uniform(0, 0.1)
        )
        reached.append(len(segments(tmp_path)))
        assert not (tmp_path / "long.mkv").exists()
    assert kills == 20
    assert reached == sorted(reached)
    assert reached[-1] >= 10
    kills += killed(command, lambda: [*tmp_path.glob(".*.sakuga/.long.*.partial.mkv")], 0)
    assert kills == 21
    done = sakuga(*command)
    assert done.returncode == 0, done.stderr
    assert f"{FRAMES} frames are there from an earlier run" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["long.mkv"]
    assert digest(tmp_path / "long.mkv") == whole


def test_stopped_it_says_that_the_same_command_goes_on(long, model, whole, tmp_path):
    command = ("restore", long, "--model", model, "--out", tmp_path)
    process = started(*command)
    while len(segments(tmp_path)) < 3:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip().endswith("The same command goes on from there.")
    kept = len(segments(tmp_path))
    assert kept >= 3
    assert not [*tmp_path.glob(".*.sakuga/*partial*")]
    done = sakuga(*command, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (note,) = [event["sentence"] for event in events if event["event"] == "warning"]
    assert f"{kept * SHOT} frames are there from an earlier run." in note
    last = [event for event in events if event["event"] == "progress"][-1]
    assert (last["count"]["done"], last["count"]["kept"]) == (FRAMES, kept * SHOT)
    assert digest(tmp_path / "long.mkv") == whole


def test_of_two_commands_the_second_leaves_the_first_alone(long, model, whole, tmp_path):
    command = ("restore", long, "--model", model, "--out", tmp_path)
    first = started(*command)
    while not segments(tmp_path):
        assert first.poll() is None
        time.sleep(0.005)
    for more in ((), ("--crf", "30", "--workers", "2")):
        second = sakuga(*command, *more)
        assert second.returncode == 1
        assert f"(process {first.pid} on {socket.gethostname()})" in second.stdout
        assert first.poll() is None
    _, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert digest(tmp_path / "long.mkv") == whole


def interrupted(command, folder, count):
    """Kill the command when `count` segments are done; what it left."""
    assert killed(command, lambda: len(segments(folder)) >= count, 0)
    return segments(folder)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-40])


def altered(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def emptied(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut_short, altered, emptied])
def test_a_damaged_segment_is_made_again(short, model, tmp_path, damage):
    command = ("restore", short, "--model", model, "--out", tmp_path)
    done = interrupted(command, tmp_path, 4)
    damage(done[1])
    again = sakuga(*command)
    assert again.returncode == 0, again.stderr
    assert f"{(len(done) - 1) * SHOT} frames are there from an earlier run." in again.stderr
    assert "1 damaged segment will be made again." in again.stderr
    assert sakuga(*command[:-1], tmp_path / "fresh").returncode == 0
    assert digest(tmp_path / "long.mkv") == digest(tmp_path / "fresh" / "long.mkv")


@pytest.mark.parametrize("change", ["encoding", "source", "model"])
def test_with_other_settings_or_another_source_it_begins_anew(short, model, tmp_path, change):
    source = tmp_path / "long.mkv"
    source.write_bytes(short.read_bytes())
    out = tmp_path / "out"
    command = ["restore", source, "--model", model, "--out", out]
    interrupted(command, out, 2)
    if change == "encoding":
        command += ["--crf", "30"]
    if change == "source":
        film(source, pictures(60, 32, 24))
    if change == "model":
        command[3] = nearest(tmp_path / "other.onnx", 3)
    again = sakuga(*command)
    assert again.returncode == 0, again.stderr
    said = {"encoding": "the encoding changed", "source": "the source changed", "model": "the model or its"}
    assert said[change] in again.stderr
    assert "begins anew" in again.stderr
    assert [path.name for path in out.iterdir()] == ["long.mkv"]
    command[5] = tmp_path / "fresh"
    fresh = sakuga(*command)
    assert fresh.returncode == 0, fresh.stderr
    assert digest(tmp_path / "fresh" / "long.mkv") == digest(out / "long.mkv")


@pytest.fixture
def disk(tmp_path):
    """A disk of 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_stops_it_and_space_lets_it_go_on(disk, model, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3)).astype(np.uint8)
    still = (np.roll(noise, index * (1 + index // 50), 1) for index in range(300))
    source = film(tmp_path / "a.mkv", still)
    (tmp_path / "fresh").mkdir()
    assert sakuga("restore", source, "--model", model, "--out", tmp_path / "fresh").returncode == 0
    size = (tmp_path / "fresh" / "a.mkv").stat().st_size
    (disk / "mine.bin").write_bytes(bytes((1 << 20) - int(1.5 * size)))
    command = ("restore", source, "--model", model, "--out", disk)
    full = sakuga(*command)
    assert full.returncode == 1
    assert "disk is full" in full.stdout
    assert segments(disk)
    assert not (disk / "a.mkv").exists()
    assert not [*disk.glob(".*.sakuga/*partial*")]
    (disk / "mine.bin").unlink()
    done = sakuga(*command)
    assert done.returncode == 0, done.stderr
    assert "frames are there from an earlier run" in done.stderr
    assert digest(disk / "a.mkv") == digest(tmp_path / "fresh" / "a.mkv")


def test_two_workers_give_the_bytes_of_one(long, model, whole, tmp_path):
    done = sakuga("restore", long, "--model", model, "--out", tmp_path, "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    last = [event for event in events if event["event"] == "progress"][-1]
    assert last["count"]["done"] == FRAMES
    assert [path.name for path in tmp_path.iterdir()] == ["long.mkv"]
    assert digest(tmp_path / "long.mkv") == whole


@pytest.mark.parametrize("whom", ["helper", "all"])
def test_a_worker_that_dies_loses_only_its_segment(long, model, whole, tmp_path, whom):
    command = ("restore", long, "--model", model, "--out", tmp_path, "--workers", "2")
    process = started(*command)
    while len(segments(tmp_path)) < 4:
        assert process.poll() is None
        time.sleep(0.005)
    (helper,) = psutil.Process(process.pid).children()
    if whom == "all":
        process.kill()
        process.communicate(timeout=60)
        helper.wait(10)
        assert sakuga(*command).returncode == 0
    else:
        helper.kill()
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert [path.name for path in tmp_path.iterdir()] == ["long.mkv"]
    assert digest(tmp_path / "long.mkv") == whole
