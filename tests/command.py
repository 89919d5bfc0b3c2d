"""The true command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

SAKUGA = [sys.executable, "-W", "error", "-m", "sakuga.cli"]


def sakuga(*arguments, cwd=None, env=None, **options):
    """Run to the end; text on both streams."""
    return subprocess.run(
        [*SAKUGA, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "110", **(env or {})},
        timeout=120,
        **options,
    )


def started(*arguments, cwd=None, **options):
    """Begin, and leave the rest to the caller."""
    return subprocess.Popen(
        [*SAKUGA, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        **options,
    )


def timed(command):
    """Run to the end without failure, and its processor time: other work on this machine does not count."""
    before = os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = os.times()
    return done, sum(after[2:4]) - sum(before[2:4])


def sentence(done):
    """The last line on stderr, which must be a sentence and no traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.endswith("."), done.stderr
    return line
