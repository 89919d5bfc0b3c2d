"""Locks: one holder at a time, named to those who come second, and none that outlives its holder."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading

import pytest

from sakuga.media.lock import Held, holding

HOLD = """
import sys, time
from pathlib import Path
from sakuga.media.lock import holding
with holding(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_told_who_is_the_first(tmp_path):
    path = tmp_path / "new" / "lock"
    with holding(path):
        for _ in range(2):
            with pytest.raises(Held) as held, holding(path):
                pass
            assert str(held.value) == f"process {os.getpid()} on {socket.gethostname()}"
    assert not path.exists()
    with holding(path):
        assert path.exists()


def test_a_holder_that_is_killed_holds_nothing_any_more(tmp_path):
    path = tmp_path / "lock"
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Held, match=f"process {process.pid} on"), holding(path):
            pass
        process.kill()
        process.wait()
    assert path.exists()
    with holding(path):
        assert str(os.getpid()) in path.read_text()


def test_many_that_come_and_go_never_hold_it_together(tmp_path):
    path, inside, most, held = tmp_path / "folder" / "lock", [], [], []

    def come_and_go():
        for _ in range(300):
            try:
                with holding(path):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
            except Held as error:
                held.append(error)
            with contextlib.suppress(OSError):
                path.parent.rmdir()

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert len(most) + len(held) == 4 * 300
