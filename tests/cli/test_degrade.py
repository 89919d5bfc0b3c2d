"""`sakuga degrade` as a user runs it: what comes out, again, on more workers, and of bad input."""

import json
import os
import signal
import time

import numpy as np
import psutil
import pytest
from PIL import Image

from command import sakuga, sentence, started
from sakuga.degrade.folder import degrade_folder
from sakuga.degrade.pipeline import apply, from_json
from sakuga.media.plain import read_rgb


@pytest.fixture
def stills(tmp_path):
    folder = tmp_path / "絵 と stills"
    (folder / "deep er").mkdir(parents=True)
    chance = np.random.default_rng(0)
    for place, size, mode in (
        ("a.png", (64, 48), "RGB"),
        ("deep er/ü.webp", (49, 37), "RGBA"),
        ("grey.png", (32, 32), "L"),
        ("tiny.png", (3, 2), "RGB"),
    ):
        shape = (*size[::-1], len(mode)) if len(mode) > 1 else size[::-1]
        Image.fromarray(chance.integers(0, 256, shape, np.uint8), mode).save(folder / place)
    return folder


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}


def draws(folder):
    return [json.loads(line) for line in (folder / "draws.jsonl").read_text("utf-8").splitlines()]


def test_pictures_come_out_smaller_with_their_draws_and_can_be_made_again(stills, tmp_path):
    out = tmp_path / "out"
    done = sakuga("degrade", stills, "--out", out, "--seed", 7, "--sheet")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "4 done, 0 skipped, 0 failed."
    sizes = {"a.png": (16, 12), "deep er/ü.png": (12, 8), "grey.png": (8, 8), "tiny.png": (1, 1)}
    for place, size in sizes.items():
        assert size_of(out / place) == size
    # 64 pixels beside 64, in a frame.
    assert size_of(out / "sheet.png")[0] == 64 + 64 + 3 * 8
    assert [line["file"] for line in draws(out)] == sorted(sizes)
    assert all(line["seed"] == 7 and line["preset"] == "apisr" and line["steps"] for line in draws(out))

    before = (out / "a.png").read_bytes()
    (out / "a.png").unlink()
    again = sakuga("degrade", "--redo", "a.png", "--out", out)
    assert again.returncode == 0, again.stderr
    assert (out / "a.png").read_bytes() == before
    missing = sakuga("degrade", "--redo", "b.png", "--out", out)
    assert missing.returncode == 1
    assert "has no line for b.png" in sentence(missing)
    Image.new("RGB", (80, 80)).save(stills / "a.png")
    assert "has another size" in sentence(sakuga("degrade", "--redo", "a.png", "--out", out))


def test_a_seed_means_the_same_on_any_workers_and_beside_any_others(stills, tmp_path):
    for number in range(4):
        Image.new("RGB", (40, 40), (40 * number, 200, 90)).save(stills / f"{number}.png")
    outs = {workers: tmp_path / f"on {workers}" for workers in (1, 2, 4)}
    for workers, out in outs.items():
        assert sakuga("degrade", stills, "--out", out, "--seed", 3, "--workers", workers).returncode == 0
    one, two, four = map(content, outs.values())
    assert one == two == four
    assert draws(outs[1]) == draws(outs[2]) == draws(outs[4])
    assert len({line["index"] for line in draws(outs[1])}) == len(one) == 8
    (stills / "a.png").unlink()
    list(degrade_folder([stills], tmp_path / "fewer", preset="apisr", seed=3))
    assert content(tmp_path / "fewer").items() < one.items()
    list(degrade_folder([stills], tmp_path / "other", preset="apisr", seed=4))
    assert content(tmp_path / "other") != content(tmp_path / "fewer")


def test_a_line_of_draws_is_enough_to_make_a_picture_again_from_python(stills, tmp_path):
    list(degrade_folder([stills], tmp_path, preset="high-order", seed=5, scale=2))
    for line in draws(tmp_path):
        picture = read_rgb(stills.parent / line["source"])[: line["height"], : line["width"]]
        made = apply(from_json(json.dumps(line["steps"])), picture[None] / np.float32(255))
        assert np.array_equal(np.rint(made[0] * 255), read_rgb(tmp_path / line["file"]))


def test_what_is_there_is_skipped_and_what_is_damaged_is_named(stills, tmp_path):
    out = tmp_path / "out"
    (stills / "broken.png").write_bytes((stills / "a.png").read_bytes()[:100])
    (stills / "film.mp4").write_bytes(b"film")
    Image.new("RGB", (9, 9)).save(stills / "a.webp")
    first = sakuga("degrade", stills, "--out", out)
    assert first.returncode == 1
    assert first.stdout.strip() == "4 done, 0 skipped, 3 failed."
    assert "broken.png could not be read" in first.stderr
    assert "film.mp4 is a video; this takes pictures." in first.stderr
    assert "a.webp would become" in first.stderr
    # As a run leaves them that was ended while it wrote.
    with (out / "draws.jsonl").open("a", encoding="utf-8") as lines:
        lines.write('{"file": "tiny.png", "ste')
    again = sakuga("degrade", stills, "--out", out, "--sheet")
    assert again.stdout.strip() == "0 done, 4 skipped, 3 failed."
    assert (out / "sheet.png").is_file()
    assert len(draws(out)) == 4


@pytest.mark.parametrize(("workers", "least"), [(1, 3), (2, 0), (2, 3)])
def test_ctrl_c_leaves_whole_pictures_each_with_its_draws(workers, least, tmp_path):
    """In a terminal it reaches all processes, perhaps while they start."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    for number in range(60):
        Image.fromarray(np.roll(noise, number)).save(folder / f"{number:02}.png")
    with started("degrade", folder, "--out", out, "--workers", workers, start_new_session=True) as run:
        process = psutil.Process(run.pid)
        while len(list(out.glob("[0-9]*.png"))) < least or len(process.children()) < workers - 1:
            assert run.poll() is None
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGINT)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in told
    made = sorted(path.name for path in out.glob("[0-9]*.png"))
    assert least <= len(made) < 60
    assert not list(out.glob(".*.partial*"))
    assert not made or {line["file"] for line in draws(out)} >= set(made)
    for name in made:
        assert size_of(out / name) == (100, 74)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name at least one picture"),
        (("x.png", "--seed", -1), "--seed is -1"),
        (("x.png", "--scale", 0), "--scale is 0"),
        (("x.png", "--workers", 0), "--workers is 0"),
        (("x.png", "--preset", "worse"), "worse"),
    ],
)
def test_misuse_is_a_sentence(arguments, told, tmp_path):
    done = sakuga("degrade", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_out_that_is_a_file_is_a_sentence(stills, tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = sakuga("degrade", stills / "a.png", "--out", tmp_path / "file")
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
