"""`sakuga doctor` as users run it."""

from __future__ import annotations

import json

import pytest

from command import sakuga
from sakuga.cli import app
from sakuga.restore import checkup
from sakuga.restore.checkup import Check


def test_the_true_command(tmp_path):
    done = sakuga("doctor", cwd=tmp_path, env={"SAKUGA_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ready to restore." in done.stdout
    assert "--device auto takes" in done.stdout
    assert "sakuga models get animesr-v1-paper" in done.stdout
    assert "sakuga models get animesr-v2" not in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.fixture
def broken(monkeypatch):
    checks = [
        Check("python", "python", "ok", "3.13.1"),
        Check("package", "torch", "problem", "not installed", 'Run: pip install "sakuga[torch]"'),
    ]
    monkeypatch.setattr(checkup, "checkup", lambda: iter(checks))


def test_a_problem_is_exit_code_1_with_its_fix(broken, capsys):
    assert app.run(["doctor"]) == 1
    _, problem, fix, summary = capsys.readouterr().out.splitlines()
    assert problem.split() == ["problem", "package", "torch", "not", "installed"]
    assert fix.strip() == 'Run: pip install "sakuga[torch]"'
    assert summary == "1 problem; the line below each says what to do."


def test_json_is_one_object(broken, capsys):
    assert app.run(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [check["state"] for check in told["checks"]] == ["ok", "problem"]
