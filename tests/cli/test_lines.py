"""`sakuga lines` as a user runs it."""

import cv2
import numpy as np
import pytest
from PIL import Image

from command import sakuga, sentence


@pytest.fixture
def stills(tmp_path):
    folder = tmp_path / "線"
    (folder / "below").mkdir(parents=True)
    for place in ("a.png", "below/b.webp"):
        canvas = np.full((60, 80, 3), 220, np.uint8)
        cv2.line(canvas, (5, 5), (70, 50), (60, 60, 60), 2, cv2.LINE_AA)
        Image.fromarray(canvas).save(folder / place, lossless=True)
    return folder


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_lines_get_darker_and_are_mapped(stills, tmp_path):
    done = sakuga("lines", stills, "--out", tmp_path / "out", "--map", "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2 done, 0 skipped, 0 failed."
    before, after = pixels(stills / "a.png"), pixels(tmp_path / "out" / "a.png")
    assert after.min() < before.min()
    ink = pixels(tmp_path / "out" / "a.map.png")
    assert set(np.unique(ink)) == {0, 255}
    assert before[ink == 0].mean() < before[ink == 255].mean() - 50
    assert (tmp_path / "out" / "below" / "b.map.png").is_file()


def test_original_leaves_all_else_alone(stills, tmp_path):
    done = sakuga("lines", stills / "a.png", "--out", tmp_path, "--map", "--background", "original")
    assert done.returncode == 0, done.stderr
    ink = pixels(tmp_path / "a.map.png")
    assert np.array_equal(pixels(tmp_path / "a.png")[ink == 255], pixels(stills / "a.png")[ink == 255])


def test_damage_and_misuse_are_sentences(stills, tmp_path):
    (stills / "c.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    done = sakuga("lines", stills, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "c.png could not be read" in done.stderr
    assert done.stdout.strip() == "2 done, 0 skipped, 1 failed."
    assert "Name at least one" in sentence(sakuga("lines"))
    assert sakuga("lines", stills, "--seed", -3, "--out", tmp_path / "out").returncode == 2
