"""The work folder beside a result: what is done of it, so that a stopped job goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Self

import av

from sakuga.errors import InputError, OutputError, VerifyError
from sakuga.media.atomic import reason, replacing
from sakuga.media.lock import Held, holding
from sakuga.media.segment import Span, span_of

_SEGMENT, _CLAIM = ".segment", ".claim"
_JOB, _SETTLED, _ASSEMBLED, _LOCK = "job.json", "settled.json", "assembled", "lock"
_OURS = frozenset((_JOB, _SETTLED, _ASSEMBLED, _LOCK))
_PACKAGES = ("numpy", "opencv-python-headless", "openvino", "torch")
"""Whose arithmetic is in the pixels."""
_EDGE = 1 << 20
"""Bytes of a source's head and of its tail that are hashed, beside its size and its date."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the run that began the work chose by its machine; all who go on with it or help do the same."""

    tile: tuple[int, int]
    """(h, w), as much as fitted into the memory that was free."""
    cores: int
    """That the encoder is set for."""


class WorkFolder:
    """Finished segments of one result.

    `job` says, part by part, what decides the result: with another value in any part the work begins anew.
    As a context manager it is this process's alone; left without an error, or with one that the same work
    would only meet again, the folder goes, else what is finished stays. Raises OutputError, naming
    `destination`, where another process has it.
    """

    def __init__(self, destination: Path, job: Mapping[str, str]) -> None:
        self.path = _beside(destination)
        self.finished: dict[int, Span] = {}
        """Segments that are whole, by the number of their first frame."""
        self.told = ""
        """A sentence on what was found of an earlier run; empty where there was nothing."""
        self._destination, self._job = destination, dict(job)
        self._lock = contextlib.ExitStack()

    @classmethod
    def joined(cls, destination: Path, job: Mapping[str, str]) -> Self:
        """The folder that another process keeps, to add to it."""
        folder = cls(destination, job)
        if _read(folder.path / _JOB) != folder._job:
            raise OutputError(f"{folder.path} belongs to another job.")
        return folder

    def __enter__(self) -> Self:
        with _refused(self._destination), contextlib.ExitStack() as stack:
            stack.enter_context(_alone(self.path, self._destination))
            self._open()
            self._lock = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        useless = error is None or isinstance(error, InputError | VerifyError)
        if useless or not any(self.path.glob(f"*{_SEGMENT}")):
            with contextlib.suppress(OSError):
                _clear(self.path)
        self._lock.close()

    def settled(self, planned: Settled) -> Settled:
        """`planned`, or what the run that began the work settled."""
        path = self.path / _SETTLED
        with _refused(self._destination), contextlib.suppress(ValueError, TypeError):
            if path.exists():
                kept = Settled(**json.loads(path.read_text(encoding="utf-8")))
                return Settled((kept.tile[0], kept.tile[1]), kept.cores)
        with replacing(path, self._destination) as partial:
            partial.write_text(json.dumps(asdict(planned)), encoding="utf-8")
        return planned

    def segment(self, first: int) -> Path:
        """Where the segment from frame `first` is, or goes."""
        return self.path / f"{first:09}{_SEGMENT}"

    def ahead(self) -> int:
        """Frames from the beginning on that are done without a gap."""
        return sum(span.count for span in self.chain())

    def ordered(self) -> list[Path]:
        """All segments from the beginning on, in order."""
        return [self.segment(span.first) for span in self.chain()]

    def take(self, first: int, content: memoryview) -> None:
        """Keep what another machine made of the segment from frame `first`."""
        with replacing(self.segment(first), self._destination) as partial:
            partial.write_bytes(content)
        self.add(first)

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

    def chain(self) -> Iterator[Span]:
        """The segments from the beginning on that are done without a gap."""
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
            elif path.name not in _OURS:
                damaged += path.name[0] != "."
                path.unlink(missing_ok=True)
        self.told = self._found(damaged)

    def _begin(self, known: Mapping[str, str] | None) -> None:
        if known is not None:
            changed = [name for name, value in self._job.items() if known.get(name) != value]
            self.told = (
                f"{self._destination}: {' and '.join(changed) or 'something'} changed since an earlier run"
                " was stopped, so that its work is of no use; it begins anew."
            )
        _clear(self.path)
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
        with contextlib.suppress(OSError, OutputError), _alone(folder, destination):
            _clear(folder)


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
    return ", ".join((f"sakuga {version('sakuga')}", *_packages(), libraries))


def _packages() -> Iterator[str]:
    for name in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"


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
def _alone(folder: Path, destination: Path) -> Generator[None]:
    """The folder for this process alone; in the end it goes where nothing is in it."""
    try:
        with holding(folder / _LOCK):
            yield
    except Held as holder:
        raise OutputError(
            f"{destination} is at this moment made by another sakuga ({holder}); wait for it, or stop it and"
            " give the same command."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _clear(folder: Path) -> None:
    """Delete all but the lock."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _LOCK:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _refused(destination: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{destination} could not be written: {reason(error)}.") from error
