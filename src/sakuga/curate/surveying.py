"""Look at the I pictures of one video: their times, and score and likeness of those that may be chosen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from sakuga.curate.facts import Facts, Survey, minutes, shown
from sakuga.curate.scores import SCORES, Scorer, told
from sakuga.curate.selections import SELECTIONS, Group, looked_at
from sakuga.curate.settings import CurateSettings
from sakuga.errors import InputError
from sakuga.media.bars import Bars, bars_of
from sakuga.media.frames import Pixels
from sakuga.media.intra import IntraFile, IntraPicture
from sakuga.media.probe import VideoInfo
from sakuga.metrics.flatness import flatness
from sakuga.metrics.likeness import fingerprint
from sakuga.metrics.luma import small

AHEAD = 4
"""Pictures that wait to be measured."""


def survey(path: Path, name: str, settings: CurateSettings) -> Survey:
    """All I pictures of the video at `path`, those that the selection looks at with their scores.

    name: what the video is called wherever it is; a random score depends on it. Raises InputError where the
    video cannot be read, and SakugaError where the score cannot be had.
    """
    file = IntraFile(path)
    bars = bars_of(path, file.info) if settings.crop else Bars()
    look = _Look(SCORES[settings.score].open(settings), bars, name, file.info)
    groups, long = SELECTIONS[settings.selection], minutes(file.info)

    def grouped(pictures: int) -> list[Group]:
        return groups(pictures, long, settings.count)

    everything = looked_at(settings.selection) == "all"
    found = _one_pass(file, look) if everything else _two_passes(file, look, grouped)
    if not found:
        raise InputError(f"{path} holds no I picture that can be decoded.")
    pictures = tuple(sorted(found, key=lambda facts: facts.pts))
    return Survey.of(path, file.info, bars, pictures, tuple(file.warnings))


def _one_pass(file: IntraFile, look: _Look) -> list[Facts]:
    return list(_measured(file.pictures(), look))


def _two_passes(file: IntraFile, look: _Look, grouped: Callable[[int], list[Group]]) -> list[Facts]:
    """First all times, then the pictures that these show to be wanted; the others stay undrawn."""
    found = {picture.pts: look.times(picture) for picture in file.pictures()}
    told, times = list(file.warnings), sorted(found)
    wanted = {times[member] for group in grouped(len(times)) for member in group.members}
    found |= {facts.pts: facts for facts in _measured(file.at(wanted), look)}
    file.warnings[:] = told
    return list(found.values())


def _measured(pictures: Iterator[IntraPicture], look: _Look) -> Iterator[Facts]:
    """The facts of each picture in order, measured while the next ones are decoded."""
    with ThreadPoolExecutor(1) as thread:
        waiting: deque[Future[Facts]] = deque()
        for picture in pictures:
            waiting.append(thread.submit(look, look.times(picture), picture.pixels()))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Look:
    """What is measured of a picture."""

    def __init__(self, scorer: Scorer, bars: Bars, name: str, info: VideoInfo) -> None:
        self._scorer, self._bars, self._name, self._info = scorer, bars, name, info

    def times(self, picture: IntraPicture) -> Facts:
        """What is known without drawing it."""
        return Facts(picture.pts, shown(picture.pts, self._info), picture.size, picture.keyframe)

    def __call__(self, times: Facts, pixels: Pixels) -> Facts:
        """What is known of a picture (H, W, 3), bars and all."""
        inside = self._bars.cut(pixels)
        picture = small(inside)
        score = told(self._scorer(inside, picture, f"{self._name} {times.pts}"))
        flat = round(flatness(picture), 4)
        return replace(times, score=score, flatness=flat, likeness=fingerprint(picture))
