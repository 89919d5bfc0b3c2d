"""Sets of clips: frames in a row from shots that move, as a list, or as folders of PNG."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sakuga.curate import job, naming
from sakuga.curate.clips import Clip, ClipSettings, clips
from sakuga.curate.content import content
from sakuga.curate.crew import Crew
from sakuga.curate.events import OnEvent, Result, ignore
from sakuga.curate.folder import UNLISTED, Line, rename
from sakuga.curate.kind import Choice, Kind, Order
from sakuga.curate.records import FOLDER
from sakuga.curate.shots import Reel, reel
from sakuga.curate.thumbnails import write_thumbnail
from sakuga.errors import InputError
from sakuga.media.frames import VideoFrame
from sakuga.media.quick import write_png
from sakuga.media.span import Span
from sakuga.media.video import open_video


def curate_clips(
    names: Iterable[str | Path],
    out: str | Path = "curated",
    *,
    settings: ClipSettings | None = None,
    on_event: OnEvent = ignore,
) -> list[Result]:
    """Choose clips of the videos that `names` mean, and list them in a manifest in `out`.

    See `job.run`. Raises SakugaError where nothing can be done: a folder of another set, no cluster.
    """
    chosen = settings or ClipSettings()
    crew = Crew(chosen.workers, chosen.cluster)
    return job.run(Clips(chosen), names, Path(out), crew, on_event)


@dataclass(frozen=True, slots=True)
class Clips(Kind[Reel, Clip]):
    """How a set of clips is made."""

    wanted: ClipSettings
    name = "clips"
    looked_at, chosen = "frame", "clip"
    finding = Reel

    def key(self) -> dict[str, Any]:
        """Nothing: whatever is wanted, all frames are looked at."""
        return {}

    def look(self, path: Path, name: str) -> Reel:
        """All frames of a video."""
        del name
        return reel(path)

    def choose(self, found: Sequence[Reel]) -> list[Choice[Clip]]:
        """Each video by itself."""
        return [Choice(clips(each, self.wanted)) for each in found]

    def settings(self) -> dict[str, Any]:
        """All but what only a machine is told, and the version."""
        told = asdict(self.wanted)
        del told["workers"], told["cluster"]
        return told | {"sakuga": version("sakuga")}

    def make(self, order: Order[Reel, Clip]) -> list[Line]:
        """Nothing but lines; with `frames` a folder of PNG for each clip, too.

        Raises InputError where a clip is not there any more, OutputError where it cannot be written.
        """
        return [self._line(order, clip) for clip in sorted(order.picks, key=lambda clip: clip.pts)]

    def _line(self, order: Order[Reel, Clip], clip: Clip) -> Line:
        found, first = order.found, clip.members[0]
        time = found.time(first)
        name = f"{order.stem}_{naming.moment(time)}"
        in_a_row = clip.members[-1] - first + 1 == len(clip.members)
        settings = self.settings()
        line = {
            "file": name if self.wanted.frames else _beside(order.path, order.out),
            "width": found.width,
            "height": found.height,
            "licence": settings.pop("licence"),
            "source": naming.printable(str(order.path)),
            "time": time,
            "score": clip.score,
            "first": first,
            "count": len(clip.members),
            **({} if in_a_row else {"frames": list(clip.members)}),
            "pts": clip.pts,
            "time_base": str(found.time_base),
            "motion": clip.motion,
            "complexity": clip.complexity,
            "settings": settings,
        }
        return line | {"content": _write(order, clip, name)} if self.wanted.frames else line


def _beside(path: Path, out: Path) -> str:
    """A path from the folder of the set, as those in manifests are."""
    try:
        return naming.printable(os.path.relpath(path, out))
    except ValueError:
        return naming.printable(str(path.resolve()))


def _write(order: Order[Reel, Clip], clip: Clip, name: str) -> dict[str, Any]:
    """The frames as NAME/00000000.png and on, there when all are whole; gives what the middle one shows."""
    middle: dict[str, Any] = {}
    partial = order.out / FOLDER / f"{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    for number, frame in enumerate(_frames(order, clip)):
        path = partial / f"{number:08}.png"
        write_png(path, frame.pixels)
        if number == len(clip.members) // 2:
            write_thumbnail(order.out, name, frame.pixels)
            middle = content(frame.pixels)
    rename(order.out / name, order.out / UNLISTED / name)
    rename(partial, order.out / name)
    return middle


def _frames(order: Order[Reel, Clip], clip: Clip) -> Iterator[VideoFrame]:
    """The clip's frames by their times, in order; each time is looked for from a little before the first."""
    wanted = {order.found.frames[index].pts for index in clip.members}
    begin = max(Fraction(0), Fraction(order.found.time(clip.members[0])).limit_denominator(1000) - 1)
    count = 0
    with open_video(order.path, span=Span(begin)) as video:
        for frame in video.frames():
            if frame.pts in wanted:
                count += 1
                yield frame
            if count == len(wanted):
                return
    raise InputError(
        f"{order.path} has changed: {len(wanted) - count} frames of a clip are not there. Run it once more."
    )
