"""`sakuga evaluate` and `sakuga compare` as users run them."""

from __future__ import annotations

import json

import pytest

from command import sakuga, sentence
from drawn import blurred, drawing
from sakuga.cli import app
from sakuga.media.plain import read_rgb, write_rgb


@pytest.fixture
def desk(tmp_path, monkeypatch):
    for seed in range(2):
        picture = drawing(96, 128, seed=seed)
        write_rgb(tmp_path / "gt" / f"{seed}.png", picture)
        write_rgb(tmp_path / "sr" / f"{seed}_x4.png", blurred(picture, 1))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_true_command_shows_a_table_and_writes_three(desk):
    flags = (
        "--reference",
        "gt",
        "--metrics",
        "psnr, niqe",
        "--json",
        "a.json",
        "--csv",
        "a.csv",
        "--latex",
        "a.tex",
    )
    done = sakuga("evaluate", "sr", *flags, cwd=desk)
    assert done.returncode == 0, done.stderr
    told = json.loads((desk / "a.json").read_text("utf-8"))
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert lines["psnr"][1:3] == ["higher", f"{told['metrics']['psnr']['mean']:.4f}"]
    assert lines["niqe"][-2:] == ["2", "distance"]
    assert {path.name for path in desk.iterdir()} == {"sr", "gt", "a.json", "a.csv", "a.tex"}


def test_a_damaged_pair_is_named_and_the_exit_code_tells(desk, capsys):
    (desk / "gt" / "0.png").write_bytes(b"no picture")
    assert app.run(["evaluate", "sr", "--reference", "gt", "--metrics", "psnr"]) == 1
    seen = capsys.readouterr()
    assert "gt/0.png could not be read" in seen.err
    assert "psnr" in seen.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "sr", "--metrics", "psnr"],
        ["evaluate", "sr", "--metrics", "beauty"],
        ["evaluate", "sr", "--json", "sr/0_x4.png"],
        ["evaluate", "none"],
        ["compare", "sr/0_x4.png"],
        ["compare", "sr/0_x4.png", "gt/0.png", "--labels", "one"],
        ["compare", "sr/0_x4.png", "gt/0.png", "--out", "figure.txt"],
        ["compare", "sr/0_x4.png", "gt/none.png"],
        ["compare", "sr/0_x4.png", "gt/0.png", "--crop", "1,2"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_a_sentence_and_nothing_is_written(desk, capsys, arguments):
    before = {path: path.stat().st_mtime_ns for path in desk.rglob("*")}
    assert app.run(arguments) == 2
    assert capsys.readouterr().err.strip().endswith(".")
    assert {path: path.stat().st_mtime_ns for path in desk.rglob("*")} == before


def test_without_pyiqa_its_measures_say_so(desk):
    done = sakuga("evaluate", "sr", "--metrics", "pyiqa:clipiqa", cwd=desk)
    assert done.returncode == 1
    assert "pip install pyiqa" in sentence(done)


def test_compare_draws_rows_of_crops(desk, capsys):
    crops = ["--crop", "0,0,40,30", "--crop", "60,40,40,30"]
    assert (
        app.run(["compare", "sr/0_x4.png", "gt/0.png", *crops, "--labels", "ours,truth", "--zoom", "2"]) == 0
    )
    height, width, _ = read_rgb(desk / "figure.png").shape
    assert capsys.readouterr().out == f"figure.png: {width}x{height}.\n"
    assert width > 160
