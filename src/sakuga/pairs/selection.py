"""Which pairs are worth learning from: bars that a pair has to clear, in the order in which they are told.

Source: Scenimefy (ICCV 2023), section 3.1, selects by semantic consistency and by abundance; edges and near
duplicates are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sakuga.errors import InputError
from sakuga.metrics.likeness import distance
from sakuga.pairs.scores import Scores
from sakuga.pairs.segmenter import Segmenter

Criterion = Literal["agreement", "released"]
RELEASED = 5.0
"""The threshold of Scenimefy's code; see `scores.released` for why it rejects almost nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The bars; raises InputError where a value cannot be."""

    criterion: Criterion = "agreement"
    """What consistency is: agreement of segmentations, or the cross entropy of the released code."""
    agreement: float = 0.3
    """Least agreement, 0..1."""
    kinds: int = 2
    """Fewest kinds of places in the photo."""
    shift: float = 4.0
    """Farthest that edges move on average, in pixels at 256 rows."""
    alike: int = 4
    """Bits of fingerprints up to which a photo is one that was kept already; -1 for none."""

    def __post_init__(self) -> None:
        if not 0 <= self.agreement <= 1:
            raise InputError(f"--agreement is {self.agreement:g}; it is a number from 0 to 1.")
        if self.kinds < 0:
            raise InputError(f"--kinds is {self.kinds}; it is a number of kinds of places, 0 or more.")
        if not self.shift >= 0:
            raise InputError(f"--shift is {self.shift:g}; it is a number of pixels, 0 or more.")
        if not -1 <= self.alike <= 64:
            raise InputError(f"--alike is {self.alike}; it is a number of bits from -1 to 64.")

    @property
    def told(self) -> Mapping[str, Any]:
        """As the folder's note has it."""
        return asdict(self)

    def demand(self, segmenter: Segmenter) -> None:
        """Raises InputError where the segmenter cannot give what the criterion looks at."""
        if self.criterion == "released" and not segmenter.named:
            raise InputError(
                "--criterion released needs classes, which clusters have not; give --segmenter FILE.onnx."
            )

    def objection(self, found: Scores, kept: Iterable[int]) -> str:
        """Why a pair is not kept, by the fingerprints of those kept before; empty where it is."""
        told = (bar(self, found) for bar in BARS.values())
        return next(filter(None, told), "") or _seen(self, found, kept)


def _same(bars: Selection, found: Scores) -> str:
    if bars.criterion == "agreement" and found.agreement < bars.agreement:
        return f"agreement {found.agreement:.2f} is below {bars.agreement:g}"
    if bars.criterion == "released" and found.released is not None and not found.released < RELEASED:
        return f"cross entropy {found.released:.2f} is not below {RELEASED:g}"
    return ""


def _much(bars: Selection, found: Scores) -> str:
    return f"kinds {found.kinds} are fewer than {bars.kinds}" if found.kinds < bars.kinds else ""


def _steady(bars: Selection, found: Scores) -> str:
    return f"shift {found.shift:.1f} is above {bars.shift:g}" if found.shift > bars.shift else ""


def _seen(bars: Selection, found: Scores, kept: Iterable[int]) -> str:
    near = min((distance(found.fingerprint, other) for other in kept), default=65)
    return f"alike one before, {near} bits" if near <= bars.alike else ""


BARS: Mapping[str, Callable[[Selection, Scores], str]] = {"same": _same, "much": _much, "steady": _steady}
