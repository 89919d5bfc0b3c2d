"""Sets of scenes: squares of frames of films, the drawings that a network for scenes learns the look of.

Source: Scenimefy (ICCV 2023), section 4.1: 5,958 squares of 1,986 frames of nine films, chosen by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sakuga.curate import framelist, job, naming
from sakuga.curate.choosing import Chooser
from sakuga.curate.crew import Crew
from sakuga.curate.events import OnEvent, Result, ignore
from sakuga.curate.facts import Facts, Survey
from sakuga.curate.folder import Line
from sakuga.curate.framelist import Wanted
from sakuga.curate.kind import Choice, Kind, Order
from sakuga.curate.listing import listed
from sakuga.curate.printing import printed
from sakuga.curate.settings import CurateSettings, SceneSettings
from sakuga.curate.squares import Box, cut, squares
from sakuga.curate.stills import of_shots
from sakuga.curate.videos import videos
from sakuga.errors import InputError
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits
from sakuga.media.sources import Problem
from sakuga.media.stamps import frames_at
from sakuga.media.video import open_video
from sakuga.metrics.flatness import FLAT, flatness
from sakuga.metrics.lettering import TEXT, lettering
from sakuga.metrics.likeness import fingerprint
from sakuga.metrics.luma import small


def curate_scenes(
    names: Iterable[str | Path],
    out: str | Path = "curated",
    *,
    settings: SceneSettings | None = None,
    on_event: OnEvent = ignore,
) -> list[Result]:
    """Cut squares from frames of the videos that `names` mean, and write them and a manifest into `out`.

    See `job.run`. Raises SakugaError where nothing can be done: a folder of another set, a list that cannot
    be read, no cluster.
    """
    chosen, given, out = settings or SceneSettings(), list(names), Path(out)
    shares: Mapping[Path, Sequence[Wanted]] | None = None
    problems: list[Problem] = []
    if chosen.frame_list is not None:
        wanted = framelist.read(chosen.frame_list)
        shares, problems = framelist.shared_out(wanted, videos(given, out).sources)
    crew = Crew(chosen.workers, chosen.cluster)
    return job.run(Scenes(chosen, shares), given, out, crew, on_event, problems)


@dataclass(frozen=True, slots=True)
class Square:
    """One square of a frame that was chosen."""

    facts: Facts
    part: str
    """left, middle or right; top, middle or bottom of a frame that is higher than wide."""
    box: Box

    @property
    def pts(self) -> int:
        """Its frame's time on the file's own clock."""
        return self.facts.pts

    def to_json(self) -> list[Any]:
        """What its file depends on."""
        return [self.pts, self.part, *self.box]


@dataclass(frozen=True, slots=True)
class Scenes(Kind[Survey, Square]):
    """How a set of scenes is made."""

    wanted: SceneSettings
    shares: Mapping[Path, Sequence[Wanted]] | None = field(default=None, repr=False)
    """What a list asks of each video; None without a list."""
    name = "scenes"
    looked_at, chosen = "still", "picture"
    finding = Survey

    def key(self) -> dict[str, Any]:
        """Whether bars are cut off, and what the list asks for."""
        return {"crop": self.wanted.crop, "frames": self._asked()}

    def look(self, path: Path, name: str) -> Survey:
        """The stills of a video."""
        del name
        if self.shares is None:
            return of_shots(path, self.wanted.crop)
        return listed(path, self.shares.get(path, ()), self.wanted.crop)

    def choose(self, found: Sequence[Survey]) -> list[Choice[Square]]:
        """Video by video, as a still that is like an earlier one is left out; all of a list."""
        if self.shares is not None:
            return [Choice(_squares(each, each.pictures)) for each in found]
        wanted = self.wanted
        most = wanted.count or max((len(each) for each in found), default=0) or 1
        chooser = Chooser(
            CurateSettings(count=most, keep_flat=wanted.keep_flat, keep_alike=wanted.keep_alike)
        )
        return [self._chosen(each, chooser) for each in found]

    def _chosen(self, survey: Survey, chooser: Chooser) -> Choice[Square]:
        kept = [it for it in survey.pictures if it.text < TEXT or self.wanted.keep_text]
        choice = chooser(replace(survey, pictures=tuple(kept)))
        written = {"text": len(survey) - len(kept)} if len(kept) < len(survey) else {}
        picks = _squares(survey, [pick.facts for pick in choice.picks])
        return Choice(picks, choice.left_out + Counter(written))

    def settings(self) -> dict[str, Any]:
        """All but what only a machine is told, what was asked of a list, and the version."""
        told = ("side", "count", "crop", "keep_flat", "keep_alike", "keep_text", "licence")
        own = {name: getattr(self.wanted, name) for name in told}
        return own | {"frames": self._asked(), "sakuga": version("sakuga")}

    def _asked(self) -> str:
        return "of shots" if self.shares is None else framelist.digest(self.shares)

    def make(self, order: Order[Survey, Square]) -> list[Line]:
        """The squares as PNG of 8 bits.

        Raises InputError where a frame is not there any more, OutputError where one cannot be written.
        """
        picks: dict[int, list[Square]] = {}
        for pick in order.picks:
            picks.setdefault(pick.pts, []).append(pick)
        with open_video(order.path) as video:
            info = video.info
        made = {
            frame.pts: [self._written(order, pick, eight_bits(frame.pixels)) for pick in picks[frame.pts]]
            for frame in frames_at(order.path, info, picks)
        }
        if missing := len(picks) - len(made):
            raise InputError(
                f"{order.path} has changed: {missing} of the chosen frames are not there. Run it once more."
            )
        return [line for pts in sorted(made) for line in made[pts]]

    def _written(self, order: Order[Survey, Square], pick: Square, pixels: Pixels) -> Line:
        facts, drawn = pick.facts, cut(pixels, pick.box, self.wanted.side)
        name = f"{order.stem}_{naming.moment(facts.time)}_{pick.part}.png"
        picture = small(drawn)
        flat, text = round(flatness(picture), 4), round(lettering(drawn), 4)
        own = {
            "frame": facts.number,
            "pts": pick.pts,
            "time_base": str(order.found.time_base),
            "part": pick.part,
            "box": list(pick.box),
            "likeness": f"{fingerprint(picture):016x}",
            "flatness": flat,
            "text": text,
            "marks": [*["flat"] * (flat >= FLAT), *["text"] * (text >= TEXT)],
        }
        return printed(order, name, drawn, facts, own, self.settings())


def _squares(survey: Survey, frames: Sequence[Facts]) -> list[Square]:
    boxes = squares(survey.width, survey.height, survey.bars, survey.sar)
    return [Square(facts, part, box) for facts in frames for part, box in boxes.items()]
