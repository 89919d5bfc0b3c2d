"""`sakuga stylize` as users run it."""

from __future__ import annotations

import inspect
import json
import signal
import time
from typing import get_args

import pytest
from PIL import Image

import scenes
from command import sakuga, sentence, started
from film import film, streams
from sakuga.cli import stylize
from sakuga.media.codecs import CodecName
from sakuga.media.scan import Deinterlace
from sakuga.stylize.coherence import USUAL
from sakuga.stylize.settings import PictureFormat, Precision, Protect
from sakuga.stylize.treatment import Treatment
from shots import shots


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return scenes.save_onnx(tmp_path_factory.mktemp("model") / "scene 二.onnx")


def test_a_folder(tmp_path, model):
    folder = tmp_path / "in [1]"
    folder.mkdir()
    Image.fromarray(scenes.photo(20, 33)).save(folder / "丘.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    done = sakuga(
        "stylize", folder, "--out", tmp_path / "out", "--model", model, "--json", "--format", "webp"
    )
    assert done.returncode == 1
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert results[-1]["event"] == "summary"
    with Image.open(tmp_path / "out" / "丘.webp") as result:
        assert result.size == (33, 20)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["丘.webp"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name at least one picture"),
        (["none.png"], "none.png does not exist"),
        (["a.png", "--tile", "0"], "--tile"),
        (["a.png", "--color-strength", "3"], "--color-strength is 3; it is a number from 0 to 2"),
        (["a.png", "--masks", "none"], "--masks none: there is no such folder"),
        (["a.png", "--reference", "none.png"], "none.png"),
        (["a.png", "--model", "scenimefi"], "Did you mean scenimefy"),
        (["a.png", "--model", "animesr-v2"], "sakuga restore"),
        (["a.png", "--tile", "100"], "at least 384"),
        (["a.png", "--device", "abacus"], "abacus"),
        (["a.png", "--coherence", "1"], "--coherence is 1"),
        (["a.png", "--start", "2", "--end", "1"], "--end"),
        (["a.png", "--crf", "99"], "--crf"),
    ],
)
def test_misuse_is_a_sentence(tmp_path, model, arguments, words):
    Image.fromarray(scenes.photo(9, 9)).save(tmp_path / "a.png")
    usual = [] if "--model" in arguments else ["--model", model]
    done = sakuga("stylize", *arguments, *usual, cwd=tmp_path)
    assert done.returncode != 0
    assert words in done.stdout + sentence(done)
    assert not (tmp_path / "stylized").exists()


def test_choices_are_those_of_the_library():
    assert get_args(stylize.Format) == get_args(PictureFormat)
    assert get_args(stylize.Precision) == get_args(Precision)
    assert get_args(stylize.Protect) == get_args(Protect)


def test_usual_values_of_videos_are_those_of_the_library():
    flags = inspect.signature(stylize.stylize).parameters
    assert get_args(stylize.Codec) == get_args(CodecName)
    assert get_args(stylize.Deinterlace) == get_args(Deinterlace)
    assert flags["coherence"].default == Treatment().coherence == USUAL


def segments(folder):
    return sorted(folder.glob(".*.sakuga/[!.]*.segment"))


def test_killed_a_film_goes_on_to_the_same_bytes(tmp_path, model):
    source = film(tmp_path / "映画.mkv", shots(100, 20), tracks=True)
    command = ("stylize", source, "--model", model, "--device", "cpu", "--precision", "fp32", "--out")
    assert sakuga(*command, tmp_path / "whole").returncode == 0
    process = started(*command, tmp_path / "out")
    while len(segments(tmp_path / "out")) < 2:
        assert process.poll() is None
        time.sleep(0.002)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "out" / "映画.mkv").exists()
    kept = len(segments(tmp_path / "out"))
    done = sakuga(*command, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert f"{20 * kept} frames are there from an earlier run" in done.stderr
    assert (tmp_path / "out" / "映画.mkv").read_bytes() == (tmp_path / "whole" / "映画.mkv").read_bytes()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["映画.mkv"]
    assert streams(tmp_path / "out" / "映画.mkv") == streams(source)
