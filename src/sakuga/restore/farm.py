"""Restore the segments of a video on the nodes of a cluster; this process finds, orders and keeps them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from sakuga.engine.cluster import Cluster
from sakuga.engine.pipeline import Stages, overlap
from sakuga.engine.reel import Reel
from sakuga.engine.stretches import BEFORE, Stretches
from sakuga.media.progress import Progress
from sakuga.media.segment import Span
from sakuga.media.work import WorkFolder
from sakuga.models.catalog import CATALOG
from sakuga.restore import node
from sakuga.restore.distant import DistantEngine
from sakuga.restore.node import Footage, Made, Station
from sakuga.restore.settings import RestoreSettings

_WITH_GPU = frozenset(("auto", "cuda", "xpu"))
"""Devices for which a worker gets a GPU of its own."""
_FULL = "The cluster has no place for a worker at this moment; the work begins when there is one."


class Farm:
    """Restores on a cluster; see `Hands`.

    Opening it opens the engine on one node; `on_note` is told where that has to wait. Raises what opening an
    engine raises, and DeviceError.
    """

    def __init__(
        self, cluster: Cluster, settings: RestoreSettings, on_note: Callable[[str], None] = lambda _: None
    ) -> None:
        gpu = settings.device in _WITH_GPU and not settings.network(moving=True).lower().endswith(".onnx")
        self._cluster, self._share = cluster, cluster.equal(settings.workers, gpu=gpu)
        if not cluster.is_free(self._share):
            on_note(_FULL)
        self._station = Station(_portable(settings), self._share.cores)
        (facts,) = cluster.run(partial(node.facts, self._station), [None], self._share)
        report = replace(facts.report, notes=(*facts.report.notes, self._note()))
        self.engine = DistantEngine(facts, report, self._plan)

    def make(self, reel: Reel, work: WorkFolder, progress: Progress) -> None:
        """Add every segment to `work` that it lacks."""
        start, stages = work.ahead(), Stages()
        progress.begin(start)

        def survey() -> Iterator[tuple[int, Span | None]]:
            cut = Stretches(reel.video.frames(max(0, start - BEFORE)), reel.engine.window, start)
            for first in cut:
                span = work.finished.get(first)
                yield first, span
                if span:
                    cut.skip(span.count)
                else:
                    deque(cut.feed(), 0)

        def lacking(found: Iterable[tuple[int, Span | None]]) -> Iterator[int]:
            for first, span in found:
                if span:
                    progress.tell(stages.bottleneck, kept=span.count)
                else:
                    yield first

        def spread(found: Iterable[tuple[int, Span | None]]) -> Iterator[Made]:
            order = partial(node.make, self._footage(reel))
            for come in self._cluster.run(order, lacking(found), self._share):
                if isinstance(come, Made):
                    yield come
                else:
                    progress.tell(stages.bottleneck, done=come)

        def store(segments: Iterable[Made]) -> None:
            for made in segments:
                work.take(made.first, made.content.data)

        overlap(survey, spread, store, stages)

    def _footage(self, reel: Reel) -> Footage:
        assert reel.settled is not None, "work is settled before it is given away"
        source, destination = reel.video.path.absolute(), reel.destination.absolute()
        return Footage(self._station, source, destination, tuple(reel.parts().items()), reel.settled)

    def _plan(self, size: tuple[int, int]) -> tuple[int, int]:
        (tile,) = self._cluster.run(partial(node.tile, self._station), [size], self._share)
        return tile

    def _note(self) -> str:
        share = self._share
        each = "a GPU" if share.gpus else f"{share.cores:g} core{'' if share.cores == 1 else 's'}"
        return f"{share.workers} worker{'s' * (share.workers > 1)} of the cluster, with {each} each."


def _portable(settings: RestoreSettings) -> RestoreSettings:
    """As a node understands them, whose current folder is another one."""
    model = settings.network(moving=True)
    if model not in CATALOG and Path(model).exists():
        model = str(Path(model).absolute())
    return replace(settings, model=model, fast=False, workers=1, cluster=None)
