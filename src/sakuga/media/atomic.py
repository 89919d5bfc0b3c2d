"""A file appears under its final name only when it is complete: write beside, then rename."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Generator
from pathlib import Path

from sakuga.errors import OutputError


def reason(error: OSError) -> str:
    """The cause of a failed write in words that tell the user what to do."""
    if error.errno == errno.ENOSPC:
        return "the disk is full; free some space or choose another --out"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder may not be written to; choose another --out"
    return error.strerror or str(error)


@contextlib.contextmanager
def replacing(path: Path, wanted: Path | None = None, folder: Path | None = None) -> Generator[Path]:
    """Yield a path in `folder`, or beside `path`, to write to; rename it on success, remove it on failure.

    The temporary name keeps the suffix of `path`, so that writers which look at it choose the same format.
    Raises OutputError, naming `wanted` or `path`, where the system refuses (full disk, no permission).
    """
    name = f".{path.stem[:40]}.{uuid.uuid4().hex[:8]}.partial{path.suffix}"
    partial = (folder or path.parent) / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise OutputError(f"{wanted or path} could not be written: {reason(error)}.") from error
    finally:
        # Where the folder could not be made, there is nothing to remove and the error above says why.
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make a rename outlast a power cut, where the system offers that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
