"""`sakuga preview` as users run it."""

from __future__ import annotations

import pytest

from command import sakuga, sentence
from film import film, pictures
from onnx_models import nearest


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    film(folder / "a.mkv", pictures(40, 64, 48))
    for name in ("one.onnx", "two.onnx"):
        nearest(folder / name)
    return folder


def test_the_true_command(desk):
    done = sakuga(
        *("preview", "a.mkv", "--frames", "2", "--models", "one.onnx, two.onnx,one.onnx", "--out", "p.html"),
        cwd=desk,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("p.html: 2 frames, ")
    assert "one: frame 2 of 2" in done.stderr
    assert (desk / "p.html").read_text("utf-8").count("<input") == 4


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["a.mkv", "--frames", "0"], 2, "--frames 0"),
        (["a.mkv", "--models", " ,"], 2, "--models"),
        (["a.mkv", "--out", "a.mkv"], 2, "--out a.mkv"),
        (["none.mkv", "--models", "one.onnx"], 1, "none.mkv"),
        (["a.mkv", "--models", "none.onnx"], 1, "none.onnx"),
        (["a.mkv", "--models", "one.onnx", "--out", "a.mkv/p.html"], 1, "p.html"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_a_sentence(desk, arguments, code, words):
    before = sorted(desk.iterdir())
    done = sakuga("preview", *arguments, cwd=desk)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in sentence(done)
    assert sorted(desk.iterdir()) == before
