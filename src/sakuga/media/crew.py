"""Worker processes of one core each, that leave Ctrl-C to their parent and do not outlive it."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from threading import Thread, current_thread, main_thread
from typing import Any, ParamSpec, TypeVar

import cv2

P = ParamSpec("P")
T = TypeVar("T")
Task = tuple[Any, ...]
"""What a call is given."""


class Crew(ProcessPoolExecutor):
    """Spawned, so that they inherit neither threads nor locks; one that dies is a BrokenProcessPool."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers, get_context("spawn"), _begin)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As of all executors; this is where processes are started."""
        with _undisturbed():
            return super().submit(fn, *args, **kwargs)


def in_turn(
    call: Callable[..., T], tasks: Sequence[Task], workers: int, ended: Callable[..., T]
) -> Iterator[T]:
    """What `call` makes of each task, on several processes, in the order of the tasks.

    Where a process is ended from outside, as for want of memory, the next task is tried apart; if that ends
    its process again, `ended` says what is given for it. All of them are picklable but `ended`.
    """
    done = 0
    while done < len(tasks):
        for result in _until_broken(call, tasks[done:], workers):
            yield result
            done += 1
        if done < len(tasks):
            yield _apart(call, tasks[done], ended)
            done += 1


def _until_broken(call: Callable[..., T], tasks: Sequence[Task], workers: int) -> Iterator[T]:
    """At most a few tasks wait at a time, so that an interruption has little to cancel."""
    with Crew(workers) as crew, suppress(BrokenProcessPool):
        waiting: deque[Future[T]] = deque()
        try:
            for task in tasks:
                waiting.append(crew.submit(call, *task))
                if len(waiting) > 4 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            crew.shutdown(cancel_futures=True)


def _apart(call: Callable[..., T], task: Task, ended: Callable[..., T]) -> T:
    try:
        with Crew(1) as crew:
            return crew.submit(call, *task).result()
    except BrokenProcessPool:
        return ended(*task)


@contextmanager
def _undisturbed() -> Generator[None]:
    """Ctrl-C waits for the end: processes that start here see none before they can ignore it.

    They inherit what this thread blocks, and are waiting for words of this process, which another thread's
    signal would interrupt.
    """
    if current_thread() is not main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    met: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: met.append(number))
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, handler)
    if met:
        signal.raise_signal(signal.SIGINT)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    cv2.setNumThreads(1)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
