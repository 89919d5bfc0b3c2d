"""The work folder beside a result: what is done of it, so that a stopped job goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Generator, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import av

from sakuga.errors import OutputError
from sakuga.media.atomic import reason, replacing
from sakuga.media.segment import Span, span_of

_SEGMENT, _CLAIM = ".segment", ".claim"
_JOB, _TILE, _ASSEMBLED = "job.json", "tile.json", "assembled"
_EDGE = 1 << 20
"""Bytes of a source's head and of its tail that are hashed, beside its size and its date."""


class WorkFolder:
    """Finished segments of one result.

    `job` says, part by part, what decides the result: with another value in any part the work begins anew.
    """

    def __init__(self, destination: Path, job: Mapping[str, str], *, joining: bool = False) -> None:
        """joining: whether another process keeps the folder, and this one only adds to it."""
        self.path = _beside(destination)
        self.finished: dict[int, Span] = {}
        """Segments that are whole, by the number of their first frame."""
        self.told = ""
        """A sentence on what was found of an earlier run; empty where there was nothing."""
        self._destination, self._job = destination, dict(job)
        if joining and _read(self.path / _JOB) != self._job:
            raise OutputError(f"{self.path} belongs to another job.")
        with _refused(destination):
            if not joining:
                self._open()

    def tile(self, planned: tuple[int, int]) -> tuple[int, int]:
        """`planned`, or the tile (h, w) of the run that began the work: free memory is never the same."""
        path = self.path / _TILE
        with _refused(self._destination), contextlib.suppress(ValueError):
            if path.exists():
                height, width = json.loads(path.read_text(encoding="utf-8"))
                return height, width
        with replacing(path, self._destination) as partial:
            partial.write_text(json.dumps(planned), encoding="utf-8")
        return planned

    def segment(self, first: int) -> Path:
        """Where the segment from frame `first` is, or goes."""
        return self.path / f"{first:09}{_SEGMENT}"

    def ahead(self) -> int:
        """Frames from the beginning on that are done without a gap."""
        return sum(span.count for span in self._chain())

    def ordered(self) -> list[Path]:
        """All segments from the beginning on, in order."""
        return [self.segment(span.first) for span in self._chain()]

    def add(self, first: int) -> None:
        """Take in the segment that was written from frame `first`."""
        span = span_of(self.segment(first))
        if span is None:
            raise OutputError(f"{self.segment(first)} was written, but cannot be read back.")
        self.finished[first] = span

    def claim(self, first: int) -> bool:
        """Whether the segment from frame `first` is this process's to make: it is free, and now taken."""
        if self.segment(first).exists():
            return False
        with _refused(self._destination):
            try:
                (self.path / f".{first:09}{_CLAIM}").touch(exist_ok=False)
            except FileExistsError:
                return False
        return True

    def gather(self) -> None:
        """Take in what other processes have made, and forget all claims, when they have ended."""
        for path in self.path.glob(f".*{_CLAIM}"):
            path.unlink()
        for path in self.path.glob(f"[!.]*{_SEGMENT}"):
            first = int(path.stem)
            if first not in self.finished:
                self.add(first)

    def conclude(self) -> None:
        """Remember that the result is whole, so that the folder may go whatever happens next."""
        (self.path / _ASSEMBLED).touch()

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)

    def leave(self) -> None:
        """Keep the folder only if it holds something finished."""
        if not any(self.path.glob(f"*{_SEGMENT}")):
            self.remove()

    def _chain(self) -> Iterator[Span]:
        span = self.finished.get(0)
        while span is not None:
            yield span
            span = self.finished.get(span.first + span.count)

    def _open(self) -> None:
        known = _read(self.path / _JOB)
        if known != self._job:
            self._begin(known)
            return
        damaged = 0
        for path in self.path.iterdir():
            span = span_of(path) if path.suffix == _SEGMENT and path.name[0] != "." else None
            if span is not None:
                self.finished[span.first] = span
            elif path.name not in (_JOB, _TILE, _ASSEMBLED):
                damaged += path.name[0] != "."
                path.unlink()
        self.told = self._found(damaged)

    def _begin(self, known: Mapping[str, str] | None) -> None:
        if known is not None:
            changed = [name for name, value in self._job.items() if known.get(name) != value]
            self.told = (
                f"{self._destination}: {' and '.join(changed) or 'something'} changed since an earlier run"
                " was stopped, so that its work is of no use; it begins anew."
            )
        if self.path.exists():
            shutil.rmtree(self.path)
        self.path.mkdir(parents=True)
        with replacing(self.path / _JOB, self._destination) as partial:
            partial.write_text(json.dumps(self._job, indent=1), encoding="utf-8")

    def _found(self, damaged: int) -> str:
        count = sum(span.count for span in self.finished.values())
        again = f" {damaged} damaged segment{'s' * (damaged > 1)} will be made again." if damaged else ""
        if not count and not damaged:
            return ""
        return f"{self._destination}: {count} frames are there from an earlier run.{again}"


def tidy(destination: Path) -> None:
    """Delete what a job left that was stopped between giving its result the name and cleaning up."""
    folder = _beside(destination)
    if (folder / _ASSEMBLED).exists():
        shutil.rmtree(folder, ignore_errors=True)


def mark_of(source: Path) -> str:
    """Changes when the file changes: size, date, and a hash of its head and its tail."""
    status = source.stat()
    digest = hashlib.sha256()
    with source.open("rb") as file:
        digest.update(file.read(_EDGE))
        file.seek(max(0, status.st_size - _EDGE))
        digest.update(file.read(_EDGE))
    return f"{status.st_size} {status.st_mtime_ns} {digest.hexdigest()}"


def versions() -> str:
    """Of everything that makes the bytes."""
    libraries = ", ".join(f"{name} {number}" for name, number in sorted(av.library_versions.items()))
    return f"sakuga {version('sakuga')}, {libraries}"


def _beside(destination: Path) -> Path:
    return destination.with_name(f".{destination.name}.sakuga")


def _read(path: Path) -> dict[str, str] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}


@contextlib.contextmanager
def _refused(destination: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{destination} could not be written: {reason(error)}.") from error
