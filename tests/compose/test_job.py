"""Folders of stills and shots: the same again, gone on with, credited, and read by what learns from them."""

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import studio
from sakuga.compose.job import Source, compose
from sakuga.compose.settings import Settings
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.plain import read_rgb
from sakuga.train.clips import ClipPairs, Clipping
from sakuga.train.pairs import Making, Pairs

SMALL = (72, 128)


@pytest.fixture(scope="module")
def drawings(tmp_path_factory):
    return studio.written(tmp_path_factory.mktemp("data") / "drawings")


def made(drawings, out, count, split="train", photos=False, workers=1, **told):
    source = Source(root=drawings, split=split, photos=photos)
    return list(compose(source, out, Settings(**{"size": SMALL, **told}), count, workers=workers))


def content(out):
    return {path.relative_to(out): path.read_bytes() for path in sorted((out / "shots").rglob("*.png"))}


def lines(out):
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def stills(drawings, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "stills"
    assert all(not each.why and each.new for each in made(drawings, out, 8))
    return out


def test_a_picture_depends_on_seed_and_number_alone(drawings, stills, tmp_path):
    made(drawings, tmp_path / "few", 3, workers=2)
    assert content(tmp_path / "few").items() <= content(stills).items()
    made(drawings, tmp_path / "other", 3, seed=1)
    assert not set(content(tmp_path / "other").values()) & set(content(stills).values())
    assert len(set(content(stills).values())) == 8


def test_goes_on_where_it_was_stopped(drawings, stills, tmp_path):
    out = tmp_path / "out"
    source = Source(root=drawings)
    stopped = compose(source, out, Settings(size=SMALL), 8)
    assert len(list(islice(stopped, 3))) == 3
    stopped.close()
    assert [line["file"] for line in lines(out)] == [f"shots/{number:06}.png" for number in range(3)]
    (out / "shots" / "000001.png").unlink()
    assert [each.new for each in made(drawings, out, 8)] == [False, True, False, *[True] * 5]
    assert content(out) == content(stills)
    assert (out / "manifest.jsonl").read_bytes() == (stills / "manifest.jsonl").read_bytes()
    with pytest.raises(InputError, match="begun with seed 0, and now it is 4"):
        made(drawings, out, 8, seed=4)
    with pytest.raises(InputError, match="begun with split train"):
        made(drawings, out, 8, split="val")


def test_manifest_and_credits_tell_of_every_drawing(drawings, stills):
    told = lines(stills)
    text = (stills / "CREDITS").read_text(encoding="utf-8")
    for line in told:
        assert read_rgb(stills / line["file"]).shape == (line["height"], line["width"], 3) == (*SMALL, 3)
        assert line["drawings"] or line["shot"]["style"] == "reaction"
        for file in line["drawings"]:
            assert file.startswith("train_")
            assert f"| {file} | train:" in text
            assert "photo" not in file
    assert {line["licence"] for line in told} <= {
        "CC-BY-4.0",
        "CC0-1.0",
        "MIT",
        "CC-BY-4.0 AND MIT",
        "CC-BY-4.0 AND CC0-1.0",
    }
    assert "who drew train:ann" in text
    manifest.check(manifest.read(stills))


def test_stills_and_shots_are_learned_from(drawings, stills, tmp_path):
    pairs = Pairs.of(stills, Making(preset="mixed", scale=4, crop=32))
    assert pairs[5]["gt"].shape == (3, 32, 32)
    made(drawings, tmp_path / "clips", 2, frames=4, without=("grain",))
    clips = ClipPairs.of(tmp_path / "clips", Clipping(preset="mixed", scale=4, crop=32, frames=3))
    assert len(clips) == 8
    assert clips[3]["gt"].shape == (3, 3, 32, 32)
    assert not list((tmp_path / "clips" / ".compose").glob("0*"))


def test_only_what_is_named_is_left_out(drawings, tmp_path):
    made(drawings, tmp_path / "all", 12)
    made(drawings, tmp_path / "some", 12, without=("glow", "grain", "lettering"))
    for one, other in zip(lines(tmp_path / "all"), lines(tmp_path / "some"), strict=True):
        names = [effect["name"] for effect in one["shot"]["effects"]]
        assert [e["name"] for e in other["shot"]["effects"]] == [name for name in names if name != "glow"]
        assert other["shot"]["grain"] == 0
        assert other["shot"]["lettering"] == []
        assert one["shot"]["backdrop"] == other["shot"]["backdrop"]
        assert one["shot"]["fade"] == other["shot"]["fade"]


def test_photos_are_backgrounds_on_request(drawings, tmp_path):
    made(drawings, tmp_path / "out", 40, photos=True, size=(64, 100))
    used = {file for line in lines(tmp_path / "out") for file in line["drawings"]}
    assert "train_photo.png" in used
    assert not {file for file in used if not file.startswith("train_")}


def test_a_drawing_that_is_gone_fails_its_shots_alone(tmp_path):
    drawings = studio.written(tmp_path / "drawings")
    out = tmp_path / "out"
    made(drawings, out, 1)
    (drawings / "train_ann__calm.png").write_bytes(b"no picture")
    (drawings / "train_ann__loud.png").unlink()
    done = made(drawings, out, 12)
    failed = [each for each in done if each.why]
    assert 0 < len(failed) < 12
    assert all("train_ann__" in each.why and not each.path.exists() for each in failed)
    assert len(lines(out)) == 12 - len(failed)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"count": 0}, "--count is 0"),
        ({"workers": 0}, "--workers is 0"),
        ({"frames": 0}, "--frames is 0"),
        ({"seed": -1}, "--seed is -1"),
        ({"size": (72, 10)}, "--size is 10x72"),
        ({"without": ("sparkle",)}, "no such effect; there are burst"),
        ({"split": "dev"}, "no drawing in the split dev"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_leaves_nothing(drawings, tmp_path, told, sentence):
    with pytest.raises(InputError, match=sentence):
        made(drawings, tmp_path / "out", **{"count": 1, **told})
    assert not (tmp_path / "out").exists()


def test_a_size_that_nothing_fits_can_be_corrected(tmp_path):
    drawings = studio.written(tmp_path / "drawings")
    rows = (drawings / "manifest.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if ",character," not in row]
    (drawings / "manifest.csv").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match="large enough for --size 1280x720"):
        made(drawings, tmp_path / "out", 1, size=(720, 1280))
    assert not made(drawings, tmp_path / "out", 1)[0].why


def test_frames_of_a_hold_differ_by_grain_alone(drawings, tmp_path):
    """Of all shots some have grain, and in those no two frames are the same."""
    made(drawings, tmp_path / "out", 16, frames=2)
    for line in lines(tmp_path / "out"):
        one, other = (read_rgb(Path(tmp_path / "out" / line["file"]) / f"{n:04}.png") for n in range(2))
        if line["shot"]["grain"]:
            assert not np.array_equal(one, other)
