"""A closed terminal and `kill` end a job like Ctrl-C: threads stop, partial files go."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Generator
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")


@contextlib.contextmanager
def deadly_signals() -> Generator[None]:
    """Raise KeyboardInterrupt at signals that would end the process at once; ignored ones (nohup) stay so."""
    known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in known}
    deadly = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in deadly:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in deadly:
            signal.signal(number, before[number])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
