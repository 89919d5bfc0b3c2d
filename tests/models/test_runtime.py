"""OpenVINO's core against signals that come when engines have come and gone."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import faulthandler, gc, signal
from sakuga.models import runtime
faulthandler.enable()
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
first = runtime.core(); first.available_devices
second = runtime.core(); second.available_devices
del first; gc.collect()
del second; gc.collect()
signal.raise_signal(signal.SIGTERM)
print(heard)
"""


def test_a_signal_is_heard_after_engines_have_come_and_gone():
    """With a core for each, the process ends by SIGSEGV here."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[1]\n")
