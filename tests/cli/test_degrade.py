"""`sakuga degrade` as a user runs it: what comes out, again, on more workers, and of bad input."""

import json

import numpy as np
import pytest
from PIL import Image

from command import sakuga, sentence


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


def test_pictures_come_out_smaller_with_their_draws(stills, tmp_path):
    done = sakuga("degrade", stills, "--out", tmp_path / "out", "--seed", 7, "--sheet")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "4 done, 0 skipped, 0 failed."
    sizes = {"a.png": (16, 12), "deep er/ü.png": (12, 8), "grey.png": (8, 8), "tiny.png": (1, 1)}
    for place, size in sizes.items():
        assert size_of(tmp_path / "out" / place) == size
    assert size_of(tmp_path / "out" / "sheet.png")[0] > 64
    lines = [json.loads(line) for line in (tmp_path / "out" / "draws.jsonl").read_text("utf-8").splitlines()]
    assert [line["file"] for line in lines] == sorted(sizes)
    assert all(line["seed"] == 7 and line["steps"] for line in lines)


def test_a_seed_means_the_same_on_any_workers_and_beside_any_others(stills, tmp_path):
    outs = [tmp_path / name for name in ("one", "two", "four", "other")]
    for out, workers, seed in zip(outs, (1, 2, 4, 1), (3, 3, 3, 4), strict=True):
        assert sakuga("degrade", stills, "--out", out, "--seed", seed, "--workers", workers).returncode == 0
    one, two, four, other = map(content, outs)
    assert one == two == four != other
    (stills / "a.png").unlink()
    assert sakuga("degrade", stills, "--out", tmp_path / "fewer", "--seed", 3).returncode == 0
    assert content(tmp_path / "fewer").items() < one.items()


def test_one_is_made_again_from_its_draws(stills, tmp_path):
    out = tmp_path / "out"
    assert sakuga("degrade", stills, "--out", out).returncode == 0
    before = content(out)
    (out / "a.png").unlink()
    done = sakuga("degrade", "--redo", "a.png", "--out", out)
    assert done.returncode == 0, done.stderr
    assert content(out) == before
    missing = sakuga("degrade", "--redo", "b.png", "--out", out)
    assert missing.returncode == 1
    assert "has no line for b.png" in sentence(missing)


def test_what_is_there_is_skipped_and_what_is_damaged_is_named(stills, tmp_path):
    out = tmp_path / "out"
    (stills / "broken.png").write_bytes((stills / "a.png").read_bytes()[:100])
    (stills / "film.mp4").write_bytes(b"film")
    first = sakuga("degrade", stills, "--out", out)
    assert first.returncode == 1
    assert first.stdout.strip() == "4 done, 0 skipped, 2 failed."
    assert "broken.png could not be read" in first.stderr
    assert "film.mp4 is a video; this takes pictures." in first.stderr
    again = sakuga("degrade", stills, "--out", out)
    assert again.stdout.strip() == "0 done, 4 skipped, 2 failed."
    assert len((out / "draws.jsonl").read_text("utf-8").splitlines()) == 4


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


def test_two_that_would_become_one_are_named(stills, tmp_path):
    Image.new("RGB", (9, 9)).save(stills / "a.webp")
    done = sakuga("degrade", stills, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "a.webp would become" in done.stderr
