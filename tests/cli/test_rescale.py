"""`sakuga rescale`: what cannot be meant is a sentence, and the command on its page goes on."""

import html
import re
import shlex

import pytest

from onnx_models import nearest
from sakuga.cli.app import run
from sakuga.cli.exits import Exit
from sakuga.media.plain import write_rgb
from trained import drawing


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        write_rgb(tmp_path / "my clip" / f"{number}.png", drawing(1, (40, 60)))
    nearest(tmp_path / "mine.onnx")
    return tmp_path


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("gone.mkv",), "gone.mkv could not be read: it does not exist."),
        (("my clip", "--factors", "1,x"), "write numbers with commas"),
        (("my clip", "--factors", ""), "at least one factor"),
        (("my clip", "--choose", "3"), "--choose: 3 is no factor"),
        (("my clip", "--runs", "0"), "--runs is 0"),
        (("my clip/0.png",), "is a picture; name the folder"),
    ],
)
def test_misuse_is_told_before_anything_is_written(desk, capsys, flags, told):
    assert run(["rescale", *flags, "--model", "mine.onnx"]) == Exit.MISUSED
    assert told in capsys.readouterr().err
    assert not (desk / "rescaled").exists()


def test_the_command_on_the_page_goes_on(desk, capsys):
    assert run(["rescale", "my clip", "--model", "mine.onnx", "--runs", "7", "--factors", "1,0.5"]) == Exit.OK
    assert "rescaled/rescale.html: " in capsys.readouterr().out
    page = (desk / "rescaled" / "rescale.html").read_text("utf-8")
    command = html.unescape(re.search(r"<code>sakuga (.*?)</code>", page)[1])
    assert run(shlex.split(command)) == Exit.OK
    assert capsys.readouterr().out.startswith("3 pairs in ")
    changed = run(["rescale", "my clip", "--model", "mine.onnx", "--choose", "0.5"])
    assert changed == Exit.FAILED
    assert "another runs" in capsys.readouterr().err
