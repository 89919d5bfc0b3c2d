"""The command's frame: help, version, wrong usage, and what it may not load."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import get_args

import pytest
from cyclopts import App

import sakuga as package
from command import SAKUGA, sakuga, sentence, timed
from sakuga.cli import app, restore
from sakuga.errors import SakugaError
from sakuga.media.codecs import CodecName
from sakuga.media.video import Deinterlace
from sakuga.restore.settings import PictureFormat, Precision

HEAVY = {"torch", "openvino", "av", "cv2", "numpy", "PIL", "spandrel", "sakuga.restore", "sakuga.engine"}


@pytest.mark.parametrize(
    ("arguments", "times"), [("--help", 2), ("--version", 2), ("restore --help", 3), ("models --help", 2)]
)
def test_help_is_quick(arguments, times):
    """Beside the libraries that read flags and draw the help, in turns on this very machine."""
    bare = [sys.executable, "-c", "import cyclopts, rich.console, rich.table"]
    ours = [*SAKUGA, *arguments.split()]
    bares, all_ours = zip(*((timed(bare)[1], timed(ours)[1]) for _ in range(5)), strict=True)
    assert min(all_ours) < times * min(bares)


def test_commands_say_what_their_docstrings_say():
    for place, told in app.COMMANDS.items():
        module, name = place.split(":")
        command = getattr(importlib.import_module(f"sakuga.cli.{module}"), name)
        text = command.help if isinstance(command, App) else command.__doc__
        assert told == " ".join(text.split("\n\n")[0].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["restore", "--help"], ["stylize", "--help"], ["models", "list"], ["restore"]]
)
def test_nothing_heavy_is_loaded_to_talk(arguments):
    script = f"""
import sys
from sakuga.cli.app import run
run({arguments})
print("LOADED", *sorted({HEAVY} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED", done.stdout


def test_help_names_every_flag():
    shown = sakuga("restore", "--help").stdout
    flags = (
        *("out", "model", "scale", "device", "precision", "tile", "format", "quality"),
        *("codec", "crf", "depth", "preset", "overwrite", "json"),
        *("strength", "keep-grain", "start", "end", "deinterlace", "no-letterbox", "square-pixels"),
    )
    for flag in flags:
        assert f"--{flag}" in shown


def test_version_is_the_package_s():
    assert sakuga("--version").stdout.strip() == package.__version__


def test_choices_are_those_of_the_library():
    assert get_args(restore.Codec) == get_args(CodecName)
    assert get_args(restore.Format) == get_args(PictureFormat)
    assert get_args(restore.Precision) == get_args(Precision)
    assert get_args(restore.Deinterlace) == get_args(Deinterlace)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["restor", "x.png"], "restore"),
        (["restore", "x.png", "--ouput", "y"], "--out"),
        (["restore", "x.png", "--codec", "x26"], "x265"),
        (["restore", "x.png", "--precision", "half"], "fp32"),
        (["restore", "x.png", "--scale", "two"], "--scale"),
        (["restore", "x.png", "--scale", "-1"], "--scale"),
        (["restore", "x.png", "--scale", "nan"], "--scale"),
        (["restore", "x.png", "--tile", "0"], "--tile"),
        (["restore", "x.png", "--quality", "101"], "--quality"),
        (["restore", "x.png", "--crf", "99"], "--crf"),
        (["restore", "x.png", "--codec", "ffv1", "--crf", "9"], "--crf"),
        (["restore", "x.png", "--preset", "warp"], "--preset"),
        (["restore", "x.png", "--depth", "9"], "--depth"),
        (["restore", "x.mkv", "--start", "soon"], "--start"),
        (["restore", "x.mkv", "--end", "1:2:3:4"], "--end"),
        (["restore", "x.mkv", "--start", "2:00", "--end", "1:59.5"], "--end"),
        (["restore", "x.mkv", "--strength", "1.5"], "--strength"),
        (["restore", "x.mkv", "--deinterlace", "yadif"], "bwdif"),
        (["restore"], "at least one"),
        (["models", "lst"], "list"),
        (["models", "info"], "NAME"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_a_sentence_and_exit_code_2(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert app.run(arguments) == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert words in line
    assert line.startswith("sakuga: ")
    assert line.endswith(".")
    assert out == ""
    assert not list(tmp_path.iterdir())


def test_wrong_usage_of_the_true_command(tmp_path):
    done = sakuga("restore", "x.png", "--ouput", "y", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out" in sentence(done)


def failing(error):
    def verb():
        raise error

    return verb


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (SakugaError("x.png is damaged."), 1, "sakuga: x.png is damaged."),
        (RuntimeError("what?"), 1, "SAKUGA_DEBUG=1"),
        (KeyboardInterrupt(), 130, "Stopped."),
        (KeyboardInterrupt("Stopped; 1 file is done."), 130, "1 file is done."),
    ],
)
def test_every_end_has_its_code_and_sentence(error, code, words, monkeypatch, capsys):
    monkeypatch.setattr(app, "app", lambda *_, **__: failing(error)())
    monkeypatch.delenv("SAKUGA_DEBUG", raising=False)
    assert app.run([]) == code
    shown = capsys.readouterr().err
    assert words in shown
    assert "Traceback" not in shown


def test_debugging_shows_where(monkeypatch, capsys):
    monkeypatch.setattr(app, "app", lambda *_, **__: failing(RuntimeError("what?"))())
    monkeypatch.setenv("SAKUGA_DEBUG", "1")
    assert app.run([]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_failure():
    command = subprocess.Popen([*SAKUGA, "models", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    command.stdout.close()
    _, err = command.communicate(timeout=60)
    assert command.returncode == 0
    assert err == b""
