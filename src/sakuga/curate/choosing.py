"""Choose pictures from what is known of all: the same ones on every run and machine, in any order of work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.curate.facts import Facts, Survey
from sakuga.curate.kind import Choice
from sakuga.curate.scores import SCORES
from sakuga.curate.selections import SELECTIONS, Group
from sakuga.curate.settings import CurateSettings
from sakuga.metrics.flatness import FLAT
from sakuga.metrics.likeness import ALIKE


@dataclass(frozen=True, slots=True)
class Pick:
    """One picture that was chosen."""

    facts: Facts
    partition: int | None = None
    rank: int = 0
    """Within its partition; 0 is the lowest of those kept."""

    @property
    def pts(self) -> int:
        """Its time on the file's own clock."""
        return self.facts.pts

    @property
    def part(self) -> str:
        """All of it."""
        return ""

    def to_json(self) -> list[Any]:
        """What its file depends on."""
        return [self.pts, self.partition, self.rank]


class Chooser:
    """Ask it for one video after the other; it remembers what it chose, for near duplicates between them."""

    def __init__(self, settings: CurateSettings) -> None:
        self._settings = settings
        self._best = SCORES[settings.score].best
        self._seen: NDArray[np.uint64] = np.zeros(0, np.uint64)

    def __call__(self, survey: Survey) -> Choice[Pick]:
        """The pictures of the next video, in order of time; `flat` and `alike` ones are passed over."""
        left_out, picks = Counter[str](), list[Pick]()
        groups = SELECTIONS[self._settings.selection]
        for group in groups(len(survey.pictures), survey.minutes, self._settings.count):
            picks += self._of_group(survey.pictures, group, left_out)
        return Choice(tuple(sorted(picks, key=lambda pick: pick.facts.pts)), left_out)

    def _of_group(self, pictures: Sequence[Facts], group: Group, left_out: Counter[str]) -> Iterator[Pick]:
        """The best, by walking down a list that was sorted upwards, so that of equals the later one wins."""
        scored = [facts for facts in map(pictures.__getitem__, group.members) if facts.score is not None]
        ranked = sorted(scored, key=lambda facts: self._best * (facts.score or 0.0))
        kept: list[Facts] = []
        while ranked and len(kept) < group.keep:
            facts = ranked.pop()
            if reason := self._reason_against(facts):
                left_out[reason] += 1
                continue
            kept.append(facts)
            self._seen = np.append(self._seen, np.uint64(facts.likeness))
        for rank, facts in enumerate(reversed(kept)):
            yield Pick(facts, group.number, rank)

    def _reason_against(self, facts: Facts) -> str:
        if facts.flatness >= FLAT and not self._settings.keep_flat:
            return "flat"
        distances = np.bitwise_count(self._seen ^ np.uint64(facts.likeness))
        return "alike" if not self._settings.keep_alike and (distances <= ALIKE).any() else ""
