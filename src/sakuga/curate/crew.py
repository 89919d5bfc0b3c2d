"""Do one thing to each of many videos, on many processes or machines; a failure is that of its video."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cached_property, partial
from multiprocessing import active_children, get_context
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import cv2

from sakuga.engine.cluster import Cluster, connected
from sakuga.errors import DeviceError, SakugaError

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Found]):
    """What came of one item; one of `found` and `error` is there."""

    index: int
    found: Found | None = None
    error: Exception | None = None


class Crew:
    """Whoever does it: this process, `workers` of this machine, or a cluster, connected to while in context.

    Raises DeviceError where the cluster cannot be had.
    """

    def __init__(self, workers: int | None = None, cluster: str | None = None) -> None:
        self._workers, self._address = workers, cluster
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def each(self, task: Callable[[Item], Found], items: Sequence[Item]) -> Iterator[Outcome[Found]]:
        """The outcome of `task` for each item as it comes; both are picklable where others do it."""
        attempt = partial(_attempt, task)
        if self._address is not None and items:
            far = partial(_far, Path.cwd(), attempt)
            return self._cluster.run(far, enumerate(items), self._cluster.single(self._workers))
        if (self._workers or 1) == 1 or len(items) < 2:
            return map(attempt, range(len(items)), items)
        return _together(attempt, items, self._workers or 1)

    @cached_property
    def _cluster(self) -> Cluster:
        return self._stack.enter_context(connected(self._address or ""))


def _far(
    folder: Path, attempt: Callable[[int, Item], Outcome[Found]], numbered: tuple[int, Item]
) -> Iterator[Outcome[Found]]:
    """What a node does: the same in the same folder, as paths may be named from there."""
    if not folder.is_dir():
        raise DeviceError(
            f"{socket.gethostname()} does not see {folder}; each node of the cluster needs the folder that"
            " the command is given in, the videos and the set under the same paths, such as on a shared file"
            " system."
        )
    cv2.setNumThreads(1)
    with contextlib.chdir(folder):
        yield attempt(*numbered)


def _together(
    attempt: Callable[[int, Item], Outcome[Found]], items: Sequence[Item], workers: int
) -> Iterator[Outcome[Found]]:
    others = set(active_children())
    pool = ProcessPoolExecutor(min(workers, len(items)), get_context("spawn"), _begin)
    try:
        futures = {pool.submit(attempt, index, item): index for index, item in enumerate(items)}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool as error:
                yield Outcome(futures[future], error=error)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Each process has one core, and leaves Ctrl-C to the one that started it."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _attempt(task: Callable[[Item], Found], index: int, item: Item) -> Outcome[Found]:
    try:
        return Outcome(index, task(item))
    except Exception as error:
        return Outcome(index, error=error)


def sentence(what: object, error: Exception) -> str:
    """What is said of an item that failed."""
    if isinstance(error, SakugaError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{what} does not fit into memory."
    if isinstance(error, BrokenProcessPool):
        return f"{what}: a process at work was ended, perhaps for want of memory; try fewer --workers."
    return f"{what} could not be used: {type(error).__name__}: {error}."
