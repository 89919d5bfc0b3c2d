"""How much memory this process may still take, and has taken."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")
"""Where a container's limits stand; a limit there is often far below the machine's memory."""


def available() -> int:
    """Bytes free for this process: the machine's, or its container's where that is less."""
    free = int(psutil.virtual_memory().available)
    limit, used = _number(CGROUP / "memory.max"), _number(CGROUP / "memory.current")
    if limit is None or used is None:
        return free
    return max(0, min(free, limit - used + _reclaimable()))


def peak() -> int:
    """The most bytes that this process has had at once."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


def children() -> int:
    """Bytes that the processes below this one have now, pages that they share counted for each."""
    total = 0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += int(child.memory_info().rss)
    return total


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _reclaimable() -> int:
    """File cache counts as used in a container, but is given back on demand."""
    try:
        lines = (CGROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(("inactive_file ", "active_file ")))
