"""The table of styles: what sorts of shots there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ENOUGH = 40


@dataclass(frozen=True, slots=True)
class Style:
    """One sort of shot."""

    often: float
    """Less where it has fewer than ENOUGH backdrops, which would come again and again."""
    source: str
    """Which list of the library its backdrop is from; empty for two colours."""
    enlarged: float
    """How much a backdrop may be enlarged: what is soft in a target, a network learns to leave soft."""
    pans: float
    """How often the camera moves."""
    figures: tuple[float, ...] = ()
    """How often one, two and three of them; none where it is empty."""
    turns: bool = True
    """Whether the backdrop may be mirrored."""


STYLES: Mapping[str, Style] = {
    "scene": Style(0.5, "plates", 1.5, 0.6, (0.5, 0.35, 0.15)),
    "reaction": Style(0.12, "", 1.0, 0.2, (0.7, 0.2, 0.1)),
    "view": Style(0.2, "plates", 1.15, 0.75, turns=False),
    "cartoon": Style(0.18, "flats", 1.05, 0.6, turns=False),
}
"""Adding a style is adding an entry, and naming it where EFFECTS say how often they are."""
