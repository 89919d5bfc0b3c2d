"""SVT-AV1 leaves the terminal and the machine to others."""

import subprocess
import sys

import pytest

from sakuga.media import svt

SCRIPT = """
import os, sys
import numpy as np
from sakuga.degrade.films import ENCODERS, Settings, code

def policies():
    tasks = os.listdir("/proc/self/task") if sys.platform == "linux" else []
    return {os.sched_getscheduler(int(task)) for task in tasks}

before = policies()
code(ENCODERS["av1"], np.zeros((1, 64, 64, 3), np.uint8), 40, Settings())
assert policies() == before, (before, policies())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems let no encoder do so")
def test_av1_does_not_put_itself_before_all_else():
    """As root, which is what containers run as, SVT-AV1 takes a priority of real time for all its threads."""
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=120)


def test_av1_writes_nothing_to_the_terminal():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, timeout=120)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_what_was_not_moved_stays(monkeypatch):
    monkeypatch.setattr(svt.os, "sched_setscheduler", lambda *_: pytest.fail("moved"), raising=False)
    svt.step_back()
