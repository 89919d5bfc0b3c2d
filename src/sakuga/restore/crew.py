"""More processes on this machine that restore segments of the same video."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from sakuga.media.events import Count
from sakuga.restore.settings import RestoreSettings

Order = tuple[RestoreSettings, Path, Path]
"""Settings, source and destination."""


class Crew:
    """Helpers of one video, at work while the context lasts; leaving it with an error ends them.

    Each claims segments in the work folder like the process that started it, so that nobody shares them out
    and one that dies leaves only its own segment to be made again.
    """

    def __init__(self, order: Order | None, helpers: int) -> None:
        self._order, self._helpers = pickle.dumps(order), helpers
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self._done: list[int] = []

    @property
    def done(self) -> int:
        """Frames that the helpers have restored."""
        return sum(self._done)

    @property
    def at_work(self) -> bool:
        """Whether any helper still works."""
        return any(process.poll() is None for process in self._processes)

    def __enter__(self) -> Self:
        for index in range(self._helpers):
            process = subprocess.Popen(
                [sys.executable, "-m", "sakuga.restore.crew"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._processes.append(process)
            self._done.append(0)
            _pipe(process.stdin).write(len(self._order).to_bytes(8) + self._order)
            _pipe(process.stdin).flush()
            thread = threading.Thread(target=self._listen, args=(index, _pipe(process.stdout)))
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            _pipe(process.stdin).close()
            _pipe(process.stdout).close()

    def _listen(self, index: int, pipe: IO[bytes]) -> None:
        """Helpers say one byte per frame."""
        while heard := pipe.read(1):
            self._done[index] += len(heard)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both pipes were asked for"
    return pipe


def _help() -> None:
    """What a helper does: take the order, claim and restore, end when the one who asked has ended."""
    from sakuga.restore.maker import help_with
    from sakuga.restore.opening import open_engine

    pipe = sys.stdin.buffer
    settings, source, destination = cast("Order", pickle.loads(pipe.read(int.from_bytes(pipe.read(8)))))
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def said(_: Count) -> None:
        os.write(1, b".")

    help_with(open_engine(settings), source, destination, settings.encoding, settings.treatment, said)


def _end_with_parent() -> None:
    # Not through sys.stdin: its lock, held by a waiting thread, aborts an interpreter that ends.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    _help()
