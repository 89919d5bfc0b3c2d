"""The place in the queue for processors that this process began with, which an encoder may change.

SVT-AV1, run by root, puts itself and whoever calls it before all else on the machine; that stands still.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_TASKS = Path("/proc/self/task")
_BEGAN = os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else 0


def keep() -> None:
    """Put all threads back where the process began, if an encoder has moved the one that calls."""
    if not hasattr(os, "sched_getscheduler") or os.sched_getscheduler(0) == _BEGAN:
        return
    for task in _TASKS.iterdir():
        # A thread may have ended since; a policy with priorities of its own cannot be given back so.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(int(task.name), _BEGAN, os.sched_param(0))
