"""What the numbers say: means with intervals, differences in pairs, and whether each claim holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from quality_networks import CEL, EVERY, FAST, LITE, Network
from quality_pairs import STRENGTHS, Pair
from sakuga.evaluate.summary import Summary, summarise
from sakuga.metrics.table import METRICS

MEASURES = ("psnr", "ssim", "st-lpips", "niqe", "line-match", "colour-blobs")
ALL = "all"
"""Strengths together."""
LEVEL = 0.02
"""Share of the other's mean by which something that is level may be worse, at the far end of the interval."""

Values = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Network -> pair -> measure -> value, NaN for none."""
Times = Mapping[str, Sequence[tuple[float, float]]]
"""Network -> seconds by the clock and of the processor, of each round."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that has to hold before a network may be the default."""

    network: str
    measure: str
    wanted: str
    """`better`, or `level`: not worse by more than LEVEL."""
    others: tuple[str, ...] = EVERY
    time: float | None = None
    """Of the other's time at most."""


CLAIMS = (
    Claim(CEL, "st-lpips", "better"),
    Claim(CEL, "line-match", "better"),
    Claim(LITE, "st-lpips", "level", (FAST,), time=0.25),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus another's, in pairs."""

    ours: str
    other: str
    measure: str
    strength: str
    summary: Summary

    @property
    def verdict(self) -> str:
        """Whether the interval says that ours is better or worse."""
        low, high = self.gain
        return "better" if low > 0 else "worse" if high < 0 else "not told apart"

    @property
    def gain(self) -> tuple[float, float]:
        """The interval, in the direction in which more is better; without ends where there is none."""
        low, high = self.summary.low, self.summary.high
        if low is None or high is None:
            return -math.inf, math.inf
        return (low, high) if METRICS[self.measure].better == "higher" else (-high, -low)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is told."""

    split: str
    networks: Sequence[Network]
    pairs: Sequence[Pair]
    values: Values
    times: Times
    size: tuple[int, int]
    """(width, height) of the source that was timed."""
    notes: Sequence[str]

    @property
    def strengths(self) -> list[str]:
        """Those that were measured, and all together first."""
        return [ALL, *(name for name in STRENGTHS if any(pair.strength == name for pair in self.pairs))]

    def mean(self, network: str, measure: str, strength: str = ALL) -> Summary:
        """The mean over pairs, and how far other drawings could have moved it."""
        return self._summary(strength, lambda pair: self.values[network][pair.name][measure])

    def difference(self, ours: str, other: str, measure: str, strength: str = ALL) -> Difference:
        """The mean of the differences within pairs."""
        one, two = self.values[ours], self.values[other]
        told = self._summary(strength, lambda pair: one[pair.name][measure] - two[pair.name][measure])
        return Difference(ours, other, measure, strength, told)

    def differences(self) -> Iterator[Difference]:
        """Of each of ours to all others, ours too."""
        for ours in self.named("ours"):
            for other in (each.name for each in self.networks if each.name != ours):
                for measure in MEASURES:
                    for strength in self.strengths:
                        yield self.difference(ours, other, measure, strength)

    def named(self, whose: str) -> list[str]:
        """Networks that are `ours` or `theirs`."""
        return [each.name for each in self.networks if each.whose == whose]

    def ratio(self, network: str, other: str) -> tuple[float, float]:
        """How many times as long as another, by the clock and of the processor; medians over the rounds."""
        rounds = list(zip(self.times[network], self.times[other], strict=True))
        clock, processor = ([one[n] / two[n] for one, two in rounds] for n in (0, 1))
        return median(clock), median(processor)

    def _summary(self, strength: str, value: Callable[[Pair], float]) -> Summary:
        drawings: dict[str, list[float]] = {}
        for pair in self.pairs:
            if strength in (ALL, pair.strength):
                drawings.setdefault(f"{pair.kind} {pair.drawing}", []).append(value(pair))
        return summarise(drawings, by_clip=False)


def claimed(told: Outcome) -> Iterator[tuple[str, bool | None]]:
    """A sentence for each claim and each other network, and whether it holds; None where that is not told."""
    for claim in CLAIMS:
        if claim.network not in told.named("ours"):
            yield f"{claim.network} is not here, so nothing is told of its {claim.measure}.", None
            continue
        for other in claim.others:
            if other not in told.named("theirs"):
                yield f"{other} is not here to compare {claim.network} with.", None
                continue
            yield _held(told, claim, other)
            if claim.time is not None:
                yield _fast(told, claim.network, other, claim.time)


def _held(told: Outcome, claim: Claim, other: str) -> tuple[str, bool | None]:
    found = told.difference(claim.network, other, claim.measure)
    room = LEVEL * abs(told.mean(other, claim.measure).mean) if claim.wanted == "level" else 0.0
    words = "at least level with" if claim.wanted == "level" else "better than"
    sentence = f"{claim.network} is {words} {other} in {claim.measure}: {interval(found.summary, sign=True)}"
    if found.summary.low is None:
        return sentence, None
    return sentence, found.gain[0] >= -room if claim.wanted == "level" else found.gain[0] > 0


def _fast(told: Outcome, network: str, other: str, most: float) -> tuple[str, bool | None]:
    if not told.times:
        return f"Nothing was timed, so nothing is told of the time of {network}.", None
    clock, processor = told.ratio(network, other)
    sentence = f"{network} takes at most {most:g} of the time of {other}: {clock:.3f} by the clock"
    return f"{sentence}, {processor:.3f} of the processor's", max(clock, processor) <= most


def interval(told: Summary, *, sign: bool = False) -> str:
    """Mean and interval in words."""
    form = "+.3f" if sign else ".3f"
    if told.low is None or told.high is None:
        return "-" if math.isnan(told.mean) else format(told.mean, form)
    return f"{told.mean:{form}} [{told.low:{form}}, {told.high:{form}}]"
