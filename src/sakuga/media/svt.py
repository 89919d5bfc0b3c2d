"""What the encoder SVT-AV1 does to the process that calls it, prevented or taken back.

It writes what it does to the terminal. Run by root, it puts itself and whoever calls it before all else on
the machine, which stands still.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# It listens to nothing but this.
os.environ.setdefault("SVT_LOG", "1")
_TASKS = Path("/proc/self/task")
_BEGAN = os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else 0


def step_back() -> None:
    """Put all threads back where the process began, if the encoder has moved the one that calls."""
    if not hasattr(os, "sched_getscheduler") or os.sched_getscheduler(0) == _BEGAN:
        return
    for task in _TASKS.iterdir():
        # A thread may have ended since; a policy with priorities of its own cannot be given back so.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(int(task.name), _BEGAN, os.sched_param(0))
