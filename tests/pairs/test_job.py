"""Making pairs: two folders and a manifest, the same whatever happened on the way."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import generators
import scenes
from command import sakuga, sentence
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.lock import holding
from sakuga.pairs.job import make_pairs
from sakuga.pairs.segmenter import Clusters
from sakuga.pairs.selection import Selection
from sakuga.pairs.source import Pair
from sakuga.pairs.stylegan import StyleGANPairs


class Made:
    """Six candidates: good ones, one twice, one whose drawing shows another thing, and one that fails."""

    @property
    def told(self):
        return {"source": "made", "seed": 1}

    def __init__(self, stop=None):
        self.asked, self._stop = [], stop

    def __len__(self):
        return 6

    def name(self, index):
        return f"景 {index}"

    def pair(self, index):
        self.asked.append(index)
        if index == self._stop:
            raise KeyboardInterrupt
        if index == 4:
            raise InputError("number 4 is broken.")
        photo = scenes.photo(96, 128) if index != 2 else np.ascontiguousarray(scenes.photo(96, 128)[:, ::-1])
        photo = np.roll(photo, 20 * index, 1) if index in (3, 5) else photo
        anime = (
            255 - photo if index != 5 else np.random.default_rng(1).integers(0, 256, photo.shape, np.uint8)
        )
        return Pair(photo, anime, {"seed": index})


class Bright:
    """A quick segmenter: what is bright is one region, and what is dark another."""

    told = "bright"
    named = False

    def labels(self, pixels):
        return (pixels.mean(2) > pixels.mean()).astype(np.int64)

    def scores(self, pixels):
        return None


def made(out, source=None, **bars):
    return list(make_pairs(source or Made(), out, Selection(shift=16, **bars), Bright()))


def content(out):
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "judged.jsonl"
    }


def test_what_is_kept_is_two_files_and_a_line(tmp_path):
    judged = made(tmp_path)
    assert [each.why.split(",")[0].split(" 0")[0] for each in judged][1] == "alike one before"
    assert judged[4].failed
    kept = [each.name for each in judged if not each.why]
    assert kept[0] == "景 0"
    assert "景 5" not in kept
    for part in ("photo", "anime"):
        assert sorted(path.stem for path in (tmp_path / part).iterdir()) == sorted(kept)
    entries = manifest.read(tmp_path)
    manifest.check(entries)
    assert [entry.place.stem for entry in entries] == kept
    assert entries[0].rest["scores"]["kinds"] >= 2
    assert entries[0].rest["seed"] == 0
    assert (tmp_path / entries[0].rest["anime"]).is_file()
    left = [json.loads(line) for line in (tmp_path / "left_out.jsonl").read_text("utf-8").splitlines()]
    assert {line["name"]: bool(line["why"]) for line in left} == {
        each.name: True for each in judged if each.why and not each.failed
    }
    photo = np.asarray(Image.open(tmp_path / "photo" / "景 0.png"))
    assert (photo == Made().pair(0).photo).all()


@pytest.mark.parametrize("stop", [1, 3, 5])
def test_stopped_anywhere_it_goes_on_to_the_same(tmp_path, stop):
    made(tmp_path / "whole")
    broken = Made(stop)
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "out", broken)
    entries = manifest.read(tmp_path / "out")
    manifest.check(entries)
    with (tmp_path / "out" / ".pairs" / "judged.jsonl").open("ab") as lines:
        lines.write(b'{"name": "\xe6\x99')
    again = Made()
    made(tmp_path / "out", again)
    assert again.asked == sorted({*range(stop, 6), 4} - set(range(stop)) | ({4} if stop > 4 else set()))
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_a_picture_that_is_gone_is_made_again(tmp_path):
    made(tmp_path)
    before = content(tmp_path)
    (tmp_path / "anime" / "景 0.png").unlink()
    source = Made()
    made(tmp_path, source)
    assert source.asked == [0, 4]
    assert content(tmp_path) == before


def test_a_folder_is_of_one_source_and_one_selection(tmp_path):
    made(tmp_path)
    with pytest.raises(InputError, match=r"with agreement 0\.3, and now it is 0\.5; choose another --out"):
        made(tmp_path, agreement=0.5)


def test_two_at_once_are_told(tmp_path):
    made(tmp_path)
    with holding(tmp_path / ".pairs" / "lock"), pytest.raises(InputError, match="being worked on by process"):
        made(tmp_path)


def test_the_command_makes_pairs_of_two_generators(tmp_path):
    files = generators.both(tmp_path)
    bars = ("--agreement", "0", "--kinds", "0", "--shift", "16", "--alike", "-1", "--device", "cpu")
    done = sakuga("pairs", *files, "--count", "2", "--degrees", "0.5,1", "--out", tmp_path / "out", *bars)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"4 pairs in {tmp_path / 'out'}; 0 left out, 0 failed.\n"
    entries = manifest.read(tmp_path / "out")
    assert {entry.rest["degree"] for entry in entries} == {0.5, 1.0}
    source = StyleGANPairs(*files, 3, degrees=(0.5, 1))
    selection = Selection(agreement=0, kinds=0, shift=16, alike=-1)
    more = list(make_pairs(source, tmp_path / "out", selection, Clusters()))
    assert [each.new for each in more] == [False] * 4 + [True] * 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name two files of StyleGAN2"),
        (["a.pt", "b.pt"], "Name two files"),
        (["photos", "--agreement", "2"], "--agreement"),
        (["photos", "--diffusion", "none"], "diffusers"),
        (["photos", "more", "--diffusion", "none"], "one folder of photos"),
        (["x.pt", "x.pt", "--degrees", "a"], "--degrees a"),
        (["folder", "--criterion", "released"], "--segmenter FILE.onnx"),
    ],
)
def test_misuse_is_a_sentence(tmp_path, arguments, words):
    for folder in ("photos", "more", "folder/photo", "folder/anime"):
        (tmp_path / folder).mkdir(parents=True)
    for part in ("photo", "anime"):
        Image.fromarray(scenes.photo(20, 20)).save(tmp_path / "folder" / part / "a.png")
    (tmp_path / "x.pt").write_bytes(b"PK")
    done = sakuga("pairs", *arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert words in sentence(done)
    assert "Traceback" not in done.stderr
