"""Three stages at once: decoding, network and encoding, with short queues between them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
U = TypeVar("U")
StageName = Literal["decoding", "network", "encoding"]

_END = object()
_POLL = 0.1
"""Seconds between two looks at whether another stage has failed."""


class _Halted(Exception):  # noqa: N818
    """Another stage failed; this one only has to leave."""


@dataclass(slots=True)
class Stage:
    """One stage and how long it has stood still for the others."""

    name: StageName
    waited: float = 0.0
    """Seconds."""


class Stages:
    """The three stages of one video and the time each has lost waiting."""

    def __init__(self) -> None:
        self.decoding, self.network, self.encoding = Stage("decoding"), Stage("network"), Stage("encoding")

    @property
    def bottleneck(self) -> StageName:
        """The stage that waits least: making it faster makes the whole faster."""
        return min((self.network, self.encoding, self.decoding), key=lambda stage: stage.waited).name


class _Channel(Generic[T]):
    """A bounded queue whose both ends leave when any stage has failed."""

    def __init__(self, capacity: int, halt: threading.Event, source: Stage, target: Stage) -> None:
        self._queue: queue.Queue[object] = queue.Queue(capacity)
        self._halt, self._source, self._target = halt, source, target

    def fill(self, items: Iterable[T]) -> None:
        for item in items:
            self._patiently(self._source, lambda item=item: self._queue.put(item, timeout=_POLL))
        self._patiently(self._source, lambda: self._queue.put(_END, timeout=_POLL))

    def __iter__(self) -> Iterator[T]:
        while True:
            item = self._patiently(self._target, lambda: self._queue.get(timeout=_POLL))
            if item is _END:
                return
            yield item  # pyright: ignore[reportReturnType]

    def _patiently(self, stage: Stage, act: Callable[[], object]) -> object:
        began = time.perf_counter()
        while not self._halt.is_set():
            try:
                return act()
            except (queue.Full, queue.Empty):
                continue
            finally:
                stage.waited, began = stage.waited + time.perf_counter() - began, time.perf_counter()
        raise _Halted


def overlap(
    decode: Callable[[], Iterable[T]],
    network: Callable[[Iterable[T]], Iterable[U]],
    encode: Callable[[Iterable[U]], None],
    stages: Stages,
) -> None:
    """Run `encode(network(decode()))`, decode and encode each in a thread of its own, network in this one.

    The first exception of any stage, KeyboardInterrupt included, ends all three; it is raised when they have
    ended, so that each has closed what it opened. At most four items wait before the network, two behind it.
    """
    halt = threading.Event()
    errors: list[BaseException] = []
    decoded = _Channel[T](4, halt, stages.decoding, stages.network)
    restored = _Channel[U](2, halt, stages.network, stages.encoding)

    def guarded(stage: Callable[[], None]) -> None:
        try:
            stage()
        except BaseException as error:
            errors.append(error)
            halt.set()

    threads = [
        threading.Thread(target=guarded, args=(lambda: decoded.fill(decode()),), name="decoding"),
        threading.Thread(target=guarded, args=(lambda: encode(restored),), name="encoding"),
    ]

    def run() -> None:
        for thread in threads:
            thread.start()
        restored.fill(network(decoded))
        for thread in threads:
            thread.join()

    guarded(run)
    for thread in threads:
        if thread.ident:
            thread.join()
    try:
        if errors:
            raise errors[0]
    finally:
        errors.clear()
