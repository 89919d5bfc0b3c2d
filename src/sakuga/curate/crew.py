"""Do one thing to each of many videos, on as many processes as wanted; a failure is that of its video."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import active_children, get_context
from typing import Generic, TypeVar

import cv2

from sakuga.errors import SakugaError

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Found]):
    """What came of one item; one of `found` and `error` is there."""

    index: int
    found: Found | None = None
    error: Exception | None = None


def each(task: Callable[[Item], Found], items: Sequence[Item], workers: int = 1) -> Iterator[Outcome[Found]]:
    """The outcome of `task` for each item as it comes; it must be picklable where there are workers."""
    attempt = partial(_attempt, task)
    if workers == 1 or len(items) < 2:
        yield from map(attempt, range(len(items)), items)
    else:
        yield from _together(attempt, items, workers)


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
