"""Sets of pictures: the I pictures of videos, scored, chosen, cut free of bars, and written as PNG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sakuga.curate import job, naming, selections
from sakuga.curate.choosing import Chooser, Pick
from sakuga.curate.crew import Crew
from sakuga.curate.events import OnEvent, Result, ignore
from sakuga.curate.facts import Survey
from sakuga.curate.folder import Line
from sakuga.curate.kind import Choice, Kind, Order
from sakuga.curate.printing import printed
from sakuga.curate.rescale import RESCALES
from sakuga.curate.scores import SCORES
from sakuga.curate.settings import CurateSettings
from sakuga.curate.surveying import survey
from sakuga.errors import InputError
from sakuga.media.frames import Pixels
from sakuga.media.intra import IntraFile
from sakuga.metrics.lettering import TEXT, lettering
from sakuga.metrics.likeness import fingerprint
from sakuga.metrics.luma import small


def curate(
    names: Iterable[str | Path],
    out: str | Path = "curated",
    *,
    settings: CurateSettings | None = None,
    on_event: OnEvent = ignore,
) -> list[Result]:
    """Choose pictures of the videos that `names` mean, and write them, a manifest and a page into `out`.

    See `job.run`. Raises SakugaError where nothing can be done: weights missing, a folder of another
    set, no cluster.
    """
    chosen = settings or CurateSettings()
    SCORES[chosen.score].open(chosen)
    crew = Crew(chosen.workers, chosen.cluster)
    return job.run(Pictures(chosen), names, Path(out), crew, on_event)


def file_name(stem: str, pick: Pick) -> str:
    """By partition and rank, as the released code has it, where it was chosen by these; else by time."""
    if pick.partition is not None:
        return f"{stem}_{pick.partition}_{pick.rank}.png"
    return f"{stem}_{naming.moment(pick.facts.time)}.png"


@dataclass(frozen=True, slots=True)
class Pictures(Kind[Survey, Pick]):
    """How a set of pictures is made."""

    wanted: CurateSettings
    name = "pictures"
    looked_at, chosen = "I picture", "picture"
    finding = Survey

    def key(self) -> dict[str, Any]:
        """Score and what it depends on, which pictures are looked at, and whether bars are cut off."""
        wanted = self.wanted
        own = {
            "score": wanted.score,
            "looked_at": selections.looked_at(wanted.selection),
            "crop": wanted.crop,
        }
        return {**own, **SCORES[wanted.score].key(wanted)}

    def look(self, path: Path, name: str) -> Survey:
        """All I pictures of a video."""
        return survey(path, name, self.wanted)

    def choose(self, found: Sequence[Survey]) -> list[Choice[Pick]]:
        """Video by video, as a picture that is like an earlier one is left out."""
        chooser = Chooser(self.wanted)
        return [chooser(each) for each in found]

    def settings(self) -> dict[str, Any]:
        """All but what only a machine is told, and the version."""
        told = (
            "score",
            "selection",
            "count",
            "crop",
            "keep_flat",
            "keep_alike",
            "rescale",
            "seed",
            "licence",
        )
        return {name: getattr(self.wanted, name) for name in told} | {"sakuga": version("sakuga")}

    def make(self, order: Order[Survey, Pick]) -> list[Line]:
        """The pictures as PNG.

        Raises InputError where one of them is not there any more, OutputError where one cannot be written.
        """
        picks = {pick.pts: pick for pick in order.picks}
        made: dict[int, Line] = {}
        for picture in IntraFile(order.path).at(picks):
            pixels, pick = order.found.bars.cut(picture.pixels()), picks[picture.pts]
            if fingerprint(small(pixels)) == pick.facts.likeness:
                made[picture.pts] = self._written(order, pick, pixels)
        if missing := len(picks) - len(made):
            raise InputError(
                f"{order.path} has changed: {missing} of the chosen pictures are not there. Run it once more."
            )
        return [made[pts] for pts in sorted(made)]

    def _written(self, order: Order[Survey, Pick], pick: Pick, pixels: Pixels) -> Line:
        drawn, facts = RESCALES[self.wanted.rescale](pixels), pick.facts
        text = round(lettering(drawn), 4)
        own = {
            "picture_type": "I",
            "keyframe": facts.keyframe,
            "bytes": facts.size,
            "pts": pick.pts,
            "time_base": str(order.found.time_base),
            "likeness": f"{facts.likeness:016x}",
            "flatness": facts.flatness,
            "text": text,
            "marks": ["text"] if text >= TEXT else [],
        }
        return printed(order, file_name(order.stem, pick), drawn, facts, own, self.settings())
