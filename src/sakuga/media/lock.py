"""One process at a time: a file that is locked as long as its holder lives."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

_WITHOUT = frozenset((errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP))
"""What file systems say that have no locks."""
_TRIES = 100
_TEXT = 200
"""Bytes that are read of what a holder wrote of itself."""


class Held(Exception):  # noqa: N818
    """Another process holds the lock; its text names that process, as far as it can be known."""


@contextlib.contextmanager
def holding(path: Path) -> Generator[None]:
    """Hold the lock file `path` while the context lasts; the file goes with it, its folder is made.

    The system takes the lock from a process that ends, however that happens, so that none outlives its
    holder. Raises Held where another process has it. File systems without locks give no protection.
    """
    file = _taken(path)
    try:
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
        file.flush()
        yield
    finally:
        _let_go(path, file)


def _taken(path: Path) -> BinaryIO:
    """Again and again, as the last holder may remove file and folder at any moment before the lock is had."""
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            return _tried(path)
    return _tried(path)


def _tried(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(path.open("a+b"))
        _lock(file)
        if not os.path.samestat(path.stat(), os.fstat(file.fileno())):
            raise FileNotFoundError(errno.ENOENT, "The lock was removed", str(path))
        stack.pop_all()
        return file


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30
    """The byte that is locked, far behind the text, which others may then read."""

    def _lock(file: BinaryIO) -> None:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise Held(_holder(file)) from error

    def _let_go(path: Path, file: BinaryIO) -> None:
        """Closing comes first: an open file cannot be removed."""
        file.close()
        with contextlib.suppress(OSError):
            path.unlink()

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Held(_holder(file)) from error
        except OSError as error:
            if error.errno not in _WITHOUT:
                raise

    def _let_go(path: Path, file: BinaryIO) -> None:
        """Removing comes first: the next one's file of this name must not be the one that goes."""
        with contextlib.suppress(OSError):
            path.unlink()
        file.close()


def _holder(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(_TEXT).decode(errors="replace") or "a process that has just begun"
