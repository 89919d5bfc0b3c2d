"""Restore the segments of a video on the nodes of a cluster; this process reads, orders and keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from sakuga.engine.cluster import Cluster
from sakuga.models.catalog import CATALOG
from sakuga.restore import node, stretches
from sakuga.restore.distant import DistantEngine
from sakuga.restore.node import Footage, Made, Station
from sakuga.restore.orders import Order, orders
from sakuga.restore.pipeline import Stages, overlap
from sakuga.restore.progress import Progress
from sakuga.restore.reel import Reel
from sakuga.restore.settings import RestoreSettings
from sakuga.restore.work import WorkFolder, content_of

_WITH_GPU = frozenset(("auto", "cuda", "xpu"))
"""Devices for which a worker gets a GPU of its own."""


class Farm:
    """Restores on a cluster; see `Hands`.

    Opening it opens the engine on one node; `on_note` is told where that has to wait. Raises what opening an
    engine raises, and DeviceError.
    """

    def __init__(
        self, cluster: Cluster, settings: RestoreSettings, on_note: Callable[[str], None] = lambda _: None
    ) -> None:
        gpu = settings.device in _WITH_GPU and not settings.model.lower().endswith(".onnx")
        self._cluster, self._share = cluster, cluster.share(settings.workers, gpu=gpu)
        if not cluster.is_free(self._share):
            on_note(
                "The cluster has no place for a worker at this moment; the work begins when there is one."
            )
        self._station = Station(_portable(settings), self._share.cores)
        (facts,) = cluster.results(partial(node.look, self._station), [None], self._share)
        self.engine = DistantEngine(facts, self._plan, self._note())

    def make(self, reel: Reel, work: WorkFolder, progress: Progress) -> None:
        """Add every segment to `work` that it lacks."""
        start, stages = work.ahead(), Stages()
        progress.begin(start)
        footage = self._footage(reel)

        def survey() -> Iterator[Order]:
            frames = reel.video.frames(max(0, start - stretches.BEFORE))
            return orders(frames, reel.engine.window, start, work.finished, keep)

        def keep(count: int) -> None:
            progress.tell(stages.bottleneck, kept=count)

        def under_way(frames: int) -> None:
            progress.tell(stages.bottleneck, others=frames)

        def spread(ordered: Iterable[Order]) -> Iterator[Made]:
            for made in self._cluster.results(partial(node.make, footage), ordered, self._share, under_way):
                yield made
                self.engine.learn(made)
                progress.tell(stages.bottleneck, done=made.frames)

        def store(segments: Iterable[Made]) -> None:
            for made in segments:
                work.take(made.first, made.content.data)

        overlap(survey, spread, store, stages)

    def _footage(self, reel: Reel) -> Footage:
        assert reel.settled is not None, "work is settled before it is given away"
        parts = reel.parts() | {"the source": content_of(reel.video.path)}
        source, destination = reel.video.path.absolute(), reel.destination.absolute()
        return Footage(self._station, source, destination, tuple(parts.items()), reel.settled)

    def _plan(self, width: int, height: int) -> tuple[int, int]:
        (tile,) = self._cluster.results(partial(node.plan, self._station), [(width, height)], self._share)
        return tile

    def _note(self) -> str:
        count = self._share.most or self._cluster.slots(self._share)
        cores = f"{self._share.cores:g} core{'' if self._share.cores == 1 else 's'}"
        each = "a GPU" if self._share.gpus else cores
        return f"{count} worker{'s' * (count > 1)} of the cluster, with {each} each."


def _portable(settings: RestoreSettings) -> RestoreSettings:
    """As a node understands them, whose current folder is another one."""
    named = settings.model in CATALOG or not Path(settings.model).exists()
    model = settings.model if named else str(Path(settings.model).absolute())
    return replace(settings, model=model, workers=None, cluster=None)
