"""What one node of a cluster does: open the engine and the video once, then make segment after segment."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sakuga.errors import InputError
from sakuga.media import repeatable
from sakuga.media.frames import VideoFrame
from sakuga.restore.job import open_engine
from sakuga.restore.orders import Order, OtherFrames, Tape
from sakuga.restore.pipeline import Stages, overlap
from sakuga.restore.reel import Reel, Restored
from sakuga.restore.settings import RestoreSettings
from sakuga.restore.stretches import Context
from sakuga.restore.work import Settled, content_of

if TYPE_CHECKING:
    from sakuga.engine.cluster import Say
    from sakuga.engine.engine import EngineReport, FrameEngine

_EARLIER = (1.0, 15.0)
"""Seconds before a segment from which on it is decoded; files without an index are sought from one packet to
another, from where the next key frame may be further away than the segment."""


@dataclass(frozen=True, slots=True)
class Station:
    """How the engine is opened on a node."""

    settings: RestoreSettings
    cores: float
    """Of its node that one worker may use."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The engine of a node, as those need to know it who have none."""

    node: str
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
    """See Reel.parts; the source without its date."""
    settled: Settled


@dataclass(frozen=True, slots=True)
class Made:
    """A segment."""

    first: int
    frames: int
    content: NDArray[np.uint8]
    """Of the segment's file."""
    worker: str
    """A name for the process that made it."""
    report: EngineReport
    """Of that process's engine, from its beginning on."""


def look(station: Station, _: None, say: Say) -> Facts:
    """Open the engine."""
    del say
    engine = _engine(station)
    return Facts(socket.gethostname(), engine.scale, engine.window, engine.identity, engine.report)


def plan(station: Station, size: tuple[int, int], say: Say) -> tuple[int, int]:
    """The tile (h, w) for frames of this (width, height)."""
    del say
    return _engine(station).tile(*size)


def make(footage: Footage, order: Order, say: Say) -> Made:
    """Make one segment. Raises InputError where this node is not fit for it."""
    desk = _desk(footage)
    with tempfile.TemporaryDirectory(prefix="sakuga-") as folder:
        path = Path(folder) / "segment"
        frames = desk.make(order, path, say)
        content = np.fromfile(path, np.uint8)
    worker = f"{socket.gethostname()} {os.getpid()}"
    return Made(order.first, frames, content, worker, desk.reel.engine.report)


# A worker gets one piece of work after the other, mostly of the same video.
@lru_cache(maxsize=1)
def _engine(station: Station) -> FrameEngine:
    beside = max(1, int(repeatable.cores() // max(1.0, station.cores)))
    return open_engine(replace(station.settings, workers=beside))


@lru_cache(maxsize=1)
def _desk(footage: Footage) -> _Desk:
    return _Desk(footage)


class _Desk:
    """A video ready to be restored."""

    def __init__(self, footage: Footage) -> None:
        if not footage.source.is_file():
            raise InputError(
                f"{socket.gethostname()} does not see {footage.source}; each node of the cluster needs it"
                " under this path, such as on a shared file system."
            )
        settings = footage.station.settings
        video = settings.treatment.open(footage.source)
        self.reel = Reel(
            _engine(footage.station), video, footage.destination, settings.encoding, settings.treatment
        )
        self._demand_the_same(dict(footage.parts))
        self.reel.settle(footage.settled)
        self._tape = Tape(video)

    def make(self, order: Order, path: Path, say: Say) -> int:
        """Write the segment to `path`; the number of its frames."""
        for frames in (*(partial(self._sought, earlier) for earlier in _EARLIER), self._counted):
            try:
                return self._run(order, frames, path, say)
            except OtherFrames:
                continue
        raise InputError(
            f"{socket.gethostname()} reads other pictures out of {self.reel.video.path} than the machine that"
            " the command runs on: is it the same file there? If it is, the processors are too different."
        )

    def _sought(self, earlier: float, order: Order) -> Iterator[VideoFrame]:
        return self.reel.video.sought(order.seen[0].pts, earlier)

    def _counted(self, order: Order) -> Iterator[VideoFrame]:
        return self._tape.frames(order.number)

    def _run(
        self, order: Order, frames: Callable[[Order], Iterator[VideoFrame]], path: Path, say: Say
    ) -> int:
        reel, done = self.reel, 0

        def decode() -> Iterator[Context]:
            return order.context(frames(order))

        def network(context: Iterable[Context]) -> Iterator[Restored]:
            nonlocal done
            for item in reel.restored(order.first, context):
                yield item
                done += item.frame is not None
                say(done)

        def encode(items: Iterable[Restored]) -> None:
            items = iter(items)
            for item in items:
                reel.write(path, item, items)

        overlap(decode, network, encode, Stages())
        return done

    def _demand_the_same(self, ordered: dict[str, str]) -> None:
        mine = self.reel.parts() | {"the source": content_of(self.reel.video.path)}
        for name, value in ordered.items():
            if mine[name] != value:
                here, there = _difference(mine[name], value)
                raise InputError(
                    f"{socket.gethostname()} would give other bytes than the rest of the cluster: {name} is"
                    f" {here} there, and {there} elsewhere. Use nodes of one kind, with the same versions."
                )


def _difference(one: str, other: str) -> tuple[str, str]:
    """The words in which two texts differ, up to the first that they have in common again."""
    words, others = one.split(), other.split()
    while words and others and words[0] == others[0]:
        words, others = words[1:], others[1:]
    while words and others and words[-1] == others[-1]:
        words, others = words[:-1], others[:-1]
    return " ".join(words) or "not told", " ".join(others) or "not told"
