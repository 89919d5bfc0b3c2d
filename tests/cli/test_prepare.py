"""`sakuga prepare` as a user runs it."""

import numpy as np
import pytest
from PIL import Image

from command import sakuga, sentence


@pytest.fixture
def stills(tmp_path):
    folder = tmp_path / "絵"
    folder.mkdir()
    chance = np.random.default_rng(0)
    for name in ("a.png", "b.png"):
        small = Image.fromarray(chance.integers(0, 256, (9, 12, 3), np.uint8))
        small.resize((150, 100), Image.Resampling.BICUBIC).save(folder / name)
    return folder


def test_triples_and_a_sheet(stills, tmp_path):
    done = sakuga("prepare", stills, "--out", tmp_path / "out", "--crop", 64, "--sheet", "--limit", 7)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"7 triples in {tmp_path / 'out'}."
    assert [len(list((tmp_path / "out" / part).iterdir())) for part in ("lq", "gt", "pseudo_gt")] == [7] * 3
    assert "b.png, 1 triple\n" in done.stderr
    with Image.open(tmp_path / "out" / "sheet.png") as sheet:
        assert sheet.width >= 3 * 64


def test_misuse_and_damage_are_sentences(stills, tmp_path):
    assert "could not be read" in sentence(sakuga("prepare", tmp_path / "gone"))
    wrong = sakuga("prepare", stills, "--crop", 66, "--out", tmp_path / "out")
    assert wrong.returncode == 2
    assert "no multiple of the scale" in sentence(wrong)
    assert "choose another --out" in sentence(sakuga("prepare", stills, "--out", stills, "--crop", 64))
    (stills / "c.png").write_bytes(b"no picture")
    done = sakuga("prepare", stills, "--crop", 64, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "c.png could not be read" in done.stderr
    assert done.stdout.startswith("12 triples")
