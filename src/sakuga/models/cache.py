"""Where fetched weights are kept, and how a file in that place is written and known again."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sakuga.errors import OutputError, WeightsError
from sakuga.media.atomic import replacing


def folder() -> Path:
    """`$SAKUGA_CACHE`, or the place for caches that the platform has for this user."""
    chosen = os.environ.get("SAKUGA_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return _base("LOCALAPPDATA", Path.home() / "AppData" / "Local") / "sakuga"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sakuga"
    return _base("XDG_CACHE_HOME", Path.home() / ".cache") / "sakuga"


def _base(variable: str, otherwise: Path) -> Path:
    """The freedesktop rule, fit for all: a relative path does not count."""
    named = Path(os.environ.get(variable) or otherwise)
    return named if named.is_absolute() else otherwise


def sha256(path: Path) -> str:
    """Hex digest of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(path: Path) -> Generator[Path]:
    """As media.atomic.replacing, with words that fit the cache."""
    try:
        with replacing(path) as partial:
            yield partial
    except OutputError as error:
        raise WeightsError(
            f"{path} could not be written ({error.__cause__}); set SAKUGA_CACHE to a folder with room"
        ) from error
