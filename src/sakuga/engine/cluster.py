"""Work on many machines: connect to a Ray cluster, run one function there on many items, take the results."""

from __future__ import annotations

import contextlib
import importlib
import math
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sakuga.engine import session
from sakuga.errors import DeviceError, SakugaError

Item = TypeVar("Item")
Result = TypeVar("Result")
Say = Callable[[int], None]
"""Tells how many steps of an item are done."""
Work = Callable[[Item, Say], Result]
"""Runs on a node. It travels by name, so that it is a function of a module or a `partial` of one."""

LOCAL = session.LOCAL
RETRIES = 5
"""How often an item is run again whose worker or node was lost; more, and it is the item that kills them."""
LOOK = 0.25
"""Seconds between two looks at how far the work is."""
_END = object()
_LOST = (
    "The cluster's workers ended {} times at the same piece of work, as they do where memory is too small for"
    " it; a smaller --tile or fewer --workers need less. Ray says: {}."
)
_CUT = "The connection to the cluster was lost; the same command goes on from what is finished. Ray says: {}."


@dataclass(frozen=True, slots=True)
class Share:
    """What one piece of work takes of its node."""

    cores: float
    """May be less than one."""
    gpus: Literal[0, 1]
    most: int | None
    """Pieces that are under way at the same time; None: as many as the nodes have room for."""


@contextlib.contextmanager
def connected(address: str) -> Generator[Cluster]:
    """The cluster at `address`: `local` is one on this machine that ends with the context; `auto`,
    `host:port` and `ray://host:port` are there already and go on.

    A connection that the program has made before is used, and left. Raises DeviceError, naming --cluster,
    where Ray is missing or nothing answers.
    """
    ray = _ray()
    if ray.is_initialized():
        yield Cluster(ray)
        return
    with session.opened(ray, address):
        yield Cluster(ray)


def _ray() -> Any:  # noqa: ANN401 - Ray's own types are not complete
    try:
        with session.quiet():
            return importlib.import_module("ray")
    except ImportError as error:
        raise DeviceError(
            f'--cluster needs Ray: python -m pip install "sakuga[cluster]" ({error}).'
        ) from None


class Cluster:
    """Machines that Ray holds together."""

    def __init__(self, ray: Any) -> None:  # noqa: ANN401
        self._ray = ray

    def share(self, workers: int | None, *, gpu: bool) -> Share:
        """An equal share for each of `workers` at the same time; None: a GPU where there are any and `gpu` is
        true, else all cores of the smallest node.
        """
        nodes = self._nodes()
        if gpu and any(node.get("GPU", 0) >= 1 for node in nodes):
            return Share(1, 1, workers)
        cores = [node["CPU"] for node in nodes if node.get("CPU", 0) >= 1] or [1.0]
        part = min(cores) / (math.ceil(workers / len(cores)) if workers else 1)
        return Share(math.floor(part) if part >= 1 else part, 0, workers)

    def slots(self, share: Share) -> int:
        """How many such shares there are, at least 1; they may be in use by others."""
        rooms = (
            min(node.get("CPU", 0) / share.cores, node.get("GPU", 0) / share.gpus if share.gpus else math.inf)
            for node in self._nodes()
        )
        return max(1, sum(math.floor(room) for room in rooms))

    def is_free(self, share: Share) -> bool:
        """Whether the work could begin at once."""
        now = self._ray.available_resources()
        return now.get("CPU", 0) >= share.cores and now.get("GPU", 0) >= share.gpus

    def results(
        self,
        work: Work[Item, Result],
        items: Iterable[Item],
        share: Share,
        on_steps: Callable[[int], None] | None = None,
    ) -> Iterator[Result]:
        """`work(item, say)` of each item as they get done; items are taken as there is room.

        on_steps: the steps that all items under way have said together, now and then. What is lost with a
        worker or a node is run again by Ray, elsewhere if need be. Leaving the iterator cancels what is under
        way. An error that `work` raises is raised here; a SakugaError then names the node unless it is this
        machine.
        """
        board = _Board(self._ray, on_steps)
        submit = self._submitting(work, share, board.door)
        pending: dict[Any, int] = {}
        waiting, number, more = iter(items), 0, True
        try:
            while pending or more:
                free = more and len(pending) < self._room(share)
                if free and (more := (item := next(waiting, _END)) is not _END):
                    pending[submit(item, number)] = number
                    number += 1
                for reference in self._ready(pending, 0 if free else LOOK):
                    del pending[reference]
                    board.tell(pending.values())
                    yield self._fetched(reference)
                board.tell(pending.values())
        except Exception as error:
            if self._is_connected(error):
                raise
            raise DeviceError(_CUT.format(session.said(error))) from error
        finally:
            self._cancel(pending)
            board.close()

    def _submitting(self, work: Work[Any, Any], share: Share, door: Any) -> Callable[[object, int], Any]:  # noqa: ANN401
        ray = self._ray
        # Ray would end a worker with a GPU after each piece, and with it the engine that it has opened.
        needs = {"num_cpus": share.cores, "num_gpus": share.gpus, "max_calls": 0}
        task = ray.remote(**needs, max_retries=RETRIES, retry_exceptions=False)(_run)
        order, home = ray.put(work), socket.gethostname()
        return lambda item, number: task.remote(order, item, door, number, home)

    def _is_connected(self, error: Exception) -> bool:
        """Whether an error has another cause than a connection that was lost; grpc's stands below ray://."""
        if isinstance(error, ConnectionError) or type(error).__module__.startswith("grpc"):
            return False
        return isinstance(error, SakugaError) or self._ray.is_initialized()

    def _cancel(self, pending: Iterable[Any]) -> None:
        with contextlib.suppress(Exception):
            for reference in pending:
                self._ray.cancel(reference)

    def _room(self, share: Share) -> int:
        """One more than can run waits at each place, so that none stands idle."""
        return share.most or 2 * self.slots(share)

    def _ready(self, pending: Iterable[Any], seconds: float) -> list[Any]:
        references = list(pending)
        return self._ray.wait(references, timeout=seconds)[0] if references else []

    def _nodes(self) -> list[dict[str, float]]:
        return [node["Resources"] for node in self._ray.nodes() if node["Alive"]]

    def _fetched(self, reference: Any) -> Any:  # noqa: ANN401
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            raise _cause(error) from error
        except errors.RayError as error:
            raise DeviceError(_LOST.format(RETRIES + 1, session.said(error))) from error


class _Board:
    """Where pieces of work write how far they are, if anybody listens: a small actor that the nodes reach."""

    def __init__(self, ray: Any, on_steps: Callable[[int], None] | None) -> None:  # noqa: ANN401
        self._ray, self._on_steps = ray, on_steps
        self.door: Any = ray.remote(num_cpus=0, max_restarts=-1)(_Steps).remote() if on_steps else None
        self._asked: Any = None
        self._known: dict[int, int] = {}
        self._at = 0.0

    def tell(self, numbers: Iterable[int]) -> None:
        """The steps of these pieces together, as known; nothing is waited for."""
        if self._on_steps is None:
            return
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._look()
        self._on_steps(sum(self._known.get(number, 0) for number in numbers))

    def close(self) -> None:
        with contextlib.suppress(Exception):
            if self.door is not None:
                self._ray.kill(self.door)

    def _look(self) -> None:
        if self._asked is None and time.monotonic() - self._at > LOOK:
            self._asked = self.door.read.remote()
        if self._asked is not None and self._ray.wait([self._asked], timeout=0)[0]:
            asked, self._asked, self._at = self._asked, None, time.monotonic()
            self._known = self._ray.get(asked)


class _Steps:
    """The actor of a board."""

    def __init__(self) -> None:
        self._steps: dict[int, int] = {}

    def tell(self, number: int, steps: int) -> None:
        self._steps[number] = steps

    def read(self) -> dict[int, int]:
        return self._steps


def _run(work: Work[Item, Result], item: Item, door: Any, number: int, home: str) -> Result:  # noqa: ANN401
    """What a node does."""
    told = -math.inf

    def say(steps: int) -> None:
        nonlocal told
        if door is not None and time.monotonic() - told > LOOK:
            told = time.monotonic()
            door.tell.remote(number, steps)

    try:
        return work(item, say)
    except SakugaError as error:
        host = socket.gethostname()
        named = str(error) if host in (home, *str(error).split()) else f"{host}: {error}"
        raise type(error)(named) from None


def _cause(error: Any) -> Exception:  # noqa: ANN401
    """What was raised on the node."""
    cause = error.cause
    if "failed to import on the worker" in str(cause):
        return DeviceError(
            "A node of the cluster cannot import sakuga, which has to be installed on each:"
            f" {str(cause).strip().splitlines()[-1]}."
        )
    return cause if isinstance(cause, Exception) else error
