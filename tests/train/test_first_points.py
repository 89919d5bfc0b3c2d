"""The weights that are installed can be made again: their recipe learns as it did, from the start on."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEAR = 0.02
"""Processors round otherwise; a start of another kind is 10 % away, a tenth of the rate 30 %."""


def points(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["network"], int(row["step"])): float(row["pixel"]) for row in csv.DictReader(file)}


def test_the_recorded_curve_begins_so(tmp_path):
    command = [
        sys.executable,
        "benchmarks/first.py",
        "--only",
        "lite-4x",
        "--out",
        str(tmp_path / "first.csv"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    recorded = {
        key: value for key, value in points(ROOT / "training" / "first.csv").items() if key[0] == "lite-4x"
    }
    assert points(tmp_path / "first.csv") == pytest.approx(recorded, rel=NEAR)
    assert max(step for _, step in recorded) == 200
