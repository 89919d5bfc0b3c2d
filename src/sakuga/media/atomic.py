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
def replacing(path: Path) -> Generator[Path]:
    """Yield a path beside `path` to write to; rename it on success, remove it on any failure.

    The temporary name keeps the suffix of `path`, so that writers which look at it choose the same format.
    Raises OutputError, naming `path`, where the system refuses (full disk, no permission).
    """
    partial = path.with_name(f".{path.stem[:40]}.{uuid.uuid4().hex[:8]}.partial{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {reason(error)}.") from error
    finally:
        # Where the folder could not be made, there is nothing to remove and the error above says why.
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
