"""What one node of a cluster does: open the engine and the video once, then make segment after segment."""

from __future__ import annotations

import socket
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sakuga.errors import InputError
from sakuga.media import repeatable
from sakuga.restore.opening import open_engine
from sakuga.restore.pipeline import Stages, overlap
from sakuga.restore.reel import Reel, Restored
from sakuga.restore.settings import RestoreSettings
from sakuga.restore.stretches import BEFORE, Context, Stretches
from sakuga.restore.work import Settled

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import EngineReport, FrameEngine


@dataclass(frozen=True, slots=True)
class Station:
    """How the engine is opened on a node."""

    settings: RestoreSettings
    cores: float
    """Of its node that one worker may use."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The engine of a node, as those need to know it who have none."""

    scale: float
    window: int
    identity: str
    report: EngineReport


@dataclass(frozen=True, slots=True)
class Footage:
    """One video as a node is to restore it."""

    station: Station
    source: Path
    destination: Path
    """Only its name matters: nodes do not write there."""
    parts: tuple[tuple[str, str], ...]
    """See Reel.parts."""
    settled: Settled


@dataclass(frozen=True, slots=True)
class Made:
    """A segment."""

    first: int
    content: NDArray[np.uint8]
    """Of the segment's file."""


def facts(station: Station, _: None) -> Iterator[Facts]:
    """Open the engine, and tell of it."""
    engine = _engine(station)
    yield Facts(engine.scale, engine.window, engine.identity, engine.report)


def tile(station: Station, size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The tile (h, w) for frames of this (width, height)."""
    yield _engine(station).tile(*size)


def make(footage: Footage, first: int) -> Iterator[int | Made]:
    """A 1 for each frame that is restored, then the segment that begins with frame `first`.

    Raises InputError where this node is not fit for it.
    """
    desk, steps = _desk(footage), SimpleQueue[int]()
    with tempfile.TemporaryDirectory(prefix="sakuga-") as folder, ThreadPoolExecutor(1) as pool:
        path = Path(folder) / "segment"
        work = pool.submit(desk.make, first, path, lambda: steps.put(1))
        work.add_done_callback(lambda _: steps.put(0))
        yield from iter(steps.get, 0)
        work.result()
        yield Made(first, np.fromfile(path, np.uint8))


# A worker gets one piece of work after the other, mostly of the same video.
@lru_cache(maxsize=1)
def _engine(station: Station) -> FrameEngine:
    beside = max(1, int(repeatable.cores() // max(1.0, station.cores)))
    return open_engine(replace(station.settings, workers=beside))


@lru_cache(maxsize=1)
def _desk(footage: Footage) -> _Desk:
    return _Desk(footage)


class _Desk:
    """A video ready to be restored; it is read on from where it stands to a later segment."""

    def __init__(self, footage: Footage) -> None:
        if not footage.source.is_file():
            raise InputError(
                f"{socket.gethostname()} does not see {footage.source}; each node of the cluster needs it"
                " under this path, such as on a shared file system."
            )
        settings = footage.station.settings
        video = settings.treatment.open(footage.source)
        self._reel = Reel(
            _engine(footage.station), video, footage.destination, settings.encoding, settings.treatment
        )
        _demand(self._reel.parts(), dict(footage.parts))
        self._reel.settle(footage.settled)
        self._cut: Stretches | None = None
        """None where it does not stand at the beginning of a stretch."""

    def make(self, first: int, path: Path, on_frame: Callable[[], None]) -> None:
        """Write the segment that begins with frame `first` to `path`."""
        cut, self._cut = self._from(first), None

        def network(context: Iterable[Context]) -> Iterator[Restored]:
            for item in self._reel.restored(first, context):
                yield item
                if item.frame is not None:
                    on_frame()

        def encode(items: Iterable[Restored]) -> None:
            items = iter(items)
            for item in items:
                self._reel.write(path, item, items)

        overlap(cut.feed, network, encode, Stages())
        self._cut = cut

    def _from(self, first: int) -> Stretches:
        """The stretches from frame `first` on, where one begins."""
        for number in self._cut or ():
            if self._cut is None or number > first:
                break
            if number == first:
                return self._cut
            deque(self._cut.feed(), 0)
        frames = self._reel.video.frames(max(0, first - BEFORE))
        return Stretches(frames, self._reel.engine.window, first)


def _demand(mine: dict[str, str], ordered: dict[str, str]) -> None:
    """Raise InputError where this node would give other bytes than was ordered."""
    for name, value in ordered.items():
        if mine[name] != value:
            here, there = _difference(mine[name], value)
            raise InputError(
                f"{socket.gethostname()} would give other bytes than the rest of the cluster: {name} is"
                f" {here} there, and {there} elsewhere. Use nodes of one kind, with the same versions."
            )


def _difference(one: str, other: str) -> tuple[str, str]:
    """The words in which two texts differ."""
    words, others = one.split(), other.split()
    while words and others and words[0] == others[0]:
        words, others = words[1:], others[1:]
    while words and others and words[-1] == others[-1]:
        words, others = words[:-1], others[:-1]
    return " ".join(words) or "not told", " ".join(others) or "not told"
