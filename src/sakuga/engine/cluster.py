"""Work on many machines: run one function on many items on a Ray cluster, and take what it yields."""

from __future__ import annotations

import contextlib
import math
import socket
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import Any, TypeVar

from sakuga.engine import session
from sakuga.errors import DeviceError, SakugaError

Item = TypeVar("Item")
Result = TypeVar("Result")

RETRIES = 5
"""How often an item is run again whose worker or node was lost; more, and it is the item that kills them."""
_LOST = (
    "The cluster's workers ended {} times at the same piece of work, as they do where memory is too small for"
    " it; fewer --workers need less. Ray says: {}."
)
_NO_SAKUGA = "A node of the cluster cannot import sakuga, which has to be installed on each: {}."


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker takes of its node, and how many there are at the same time."""

    cores: float
    """May be less than one."""
    gpus: int
    workers: int


@contextlib.contextmanager
def connected(address: str) -> Generator[Cluster]:
    """The cluster at `address`: `local` is one on this machine that ends with the context; those at
    `host:port` and `auto`, the one that this machine is a node of, are there already and go on.

    Raises DeviceError, naming --cluster, where Ray is missing or nothing answers.
    """
    with session.opened(address) as ray:
        yield Cluster(ray)


class Cluster:
    """Machines that Ray holds together."""

    def __init__(self, ray: Any) -> None:  # noqa: ANN401 - Ray's own types are not complete
        self._ray = ray

    def equal(self, workers: int | None, *, gpu: bool) -> Share:
        """An equal share for each of `workers`; None: a GPU for each where there are any and `gpu` is true,
        else all cores of the smallest node.
        """
        cores, gpus = self._all("CPU") or [1.0], int(sum(self._all("GPU")))
        if gpu and gpus:
            return Share(1, 1, workers or gpus)
        part = min(cores) / (math.ceil(workers / len(cores)) if workers else 1)
        part = math.floor(part) if part >= 1 else part
        return Share(part, 0, workers or sum(int(node // part) for node in cores))

    def single(self, workers: int | None) -> Share:
        """One core for each of `workers`; None: as many as there are cores."""
        return Share(1, 0, workers or int(sum(self._all("CPU"))) or 1)

    def is_free(self, share: Share) -> bool:
        """Whether the work could begin at once."""
        now = self._ray.available_resources()
        return now.get("CPU", 0) >= share.cores and now.get("GPU", 0) >= share.gpus

    def run(
        self, work: Callable[[Item], Iterator[Result]], items: Iterable[Item], share: Share
    ) -> Iterator[Result]:
        """All that `work(item)` yields for each item, as it comes; items are taken as there is room.

        What is lost with a worker or a node is run again by Ray, elsewhere if need be; what it had yielded
        does not come twice. `work` travels by name: a function of a module, or a `partial` of one. An error
        that it raises is raised here; a SakugaError then names the node unless it is this machine. Leaving
        the iterator cancels what is under way.
        """
        ray, waiting, pending = self._ray, iter(items), list[Any]()
        task = ray.remote(
            num_cpus=share.cores,
            num_gpus=share.gpus,
            num_returns="streaming",
            max_retries=RETRIES,
            max_calls=0,  # else Ray ends a worker with a GPU after each item, and the engine with it
        )(_run)
        order, home = ray.put(work), (socket.gethostname(), version("sakuga"))
        try:
            while True:
                # One more than can run waits at each place, so that none stands idle.
                room = 2 * share.workers - len(pending)
                pending += [task.remote(order, item, home) for item in islice(waiting, room)]
                if not pending:
                    return
                for stream in ray.wait(pending)[0]:
                    try:
                        yield self._fetched(next(stream))
                    except StopIteration:
                        pending.remove(stream)
        finally:
            with contextlib.suppress(Exception):
                for stream in pending:
                    ray.cancel(stream)

    def _all(self, resource: str) -> list[float]:
        """How much of it each node has that has any."""
        nodes = [node["Resources"].get(resource, 0.0) for node in self._ray.nodes() if node["Alive"]]
        return [amount for amount in nodes if amount >= 1]

    def _fetched(self, reference: Any) -> Any:  # noqa: ANN401
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            raise _cause(error) from error
        except errors.RayError as error:
            raise DeviceError(_LOST.format(RETRIES + 1, session.said(error))) from error


def _run(work: Callable[[Item], Iterator[Result]], item: Item, home: tuple[str, str]) -> Iterator[Result]:
    """What a node does; `home` is the host and the version that it works for."""
    host, own = socket.gethostname(), version("sakuga")
    if own != home[1]:
        raise DeviceError(f"{host} has sakuga {own}, and {home[0]} {home[1]}; install the same on all nodes.")
    try:
        for result in work(item):  # noqa: UP028 - Ray sends into what it iterates
            yield result
    except SakugaError as error:
        named = host in (home[0], *str(error).split())
        raise type(error)(str(error) if named else f"{host}: {error}") from None


def _cause(error: Any) -> Exception:  # noqa: ANN401
    """What was raised on the node."""
    cause = error.cause
    if "failed to import on the worker" in str(cause):
        return DeviceError(_NO_SAKUGA.format(str(cause).strip().splitlines()[-1]))
    return cause if isinstance(cause, Exception) else error
