"""Measure a folder as a whole against another: all pictures of both, without partners, as one row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sakuga.errors import InputError
from sakuga.evaluate.clips import Clip
from sakuga.evaluate.frames import frames
from sakuga.evaluate.protocol import Protocol, chosen
from sakuga.media.frames import Pixels
from sakuga.metrics.frechet import Features
from sakuga.metrics.sets import SETS, seen


def distances(
    results: Sequence[Clip],
    references: Sequence[Clip],
    names: Sequence[str],
    protocol: Protocol,
    border: int,
    problems: list[str],
) -> dict[str, float]:
    """Each measure of sets that is among `names`; NaN for none.

    border: of results. What cannot be read is told in `problems` and left out.
    """
    wanted = {name: SETS[name] for name in names if name in SETS}
    values: dict[str, float] = {}
    for seer in dict.fromkeys(each.seer for each in wanted.values()):
        told: list[str] = []
        both: list[Features] = [
            seen(_pictures(clips, protocol, cut, told), seer)
            for clips, cut in ((results, border), (references, 0))
        ]
        values |= {name: each.measure(*both) for name, each in wanted.items() if each.seer == seer}
        problems += [sentence for sentence in told if sentence not in problems]
    return {name: values[name] for name in wanted}


def _pictures(
    clips: Sequence[Clip], protocol: Protocol, border: int, problems: list[str]
) -> Iterator[Pixels]:
    for clip in clips:
        try:
            every = protocol.frames == "all"
            numbers = None if every else frozenset(chosen(protocol.frames, clip.count()))
            for _, (pixels, _) in frames(clip, None, numbers, border):
                yield pixels
        except InputError as error:
            problems.append(str(error))
