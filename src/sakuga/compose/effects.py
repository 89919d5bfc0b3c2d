"""The table of effects: how each is drawn and painted, how often, and whether figures stand before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sakuga.compose import light, marks
from sakuga.compose.moment import Frame, Moment


@dataclass(frozen=True, slots=True)
class Kind:
    """One effect."""

    draw: Callable[[np.random.Generator], dict[str, Any]]
    """What it is told: plain values."""
    paint: Callable[[Frame, dict[str, Any], Moment], Frame]
    """The frame (H, W, 3) with it; the frame it is given stays."""
    often: Mapping[str, float]
    """Style -> probability; 0 in styles that are not named."""
    behind: bool = False
    """Whether figures stand before it."""


EFFECTS: Mapping[str, Kind] = {
    "burst": Kind(marks.draw_burst, marks.burst, {"reaction": 0.45}, behind=True),
    "streaks": Kind(marks.draw_streaks, marks.streaks, {"reaction": 0.3, "scene": 0.06}, behind=True),
    "shafts": Kind(light.draw_shafts, light.shafts, {"scene": 0.2, "view": 0.2, "cartoon": 0.05}),
    "flakes": Kind(marks.draw_flakes, marks.flakes, {"scene": 0.12, "view": 0.15, "reaction": 0.1}),
    "rain": Kind(marks.draw_rain, marks.rain, {"scene": 0.08, "view": 0.08}),
    "discs": Kind(light.draw_discs, light.discs, {"scene": 0.12, "view": 0.1, "reaction": 0.15}),
    "leaves": Kind(marks.draw_leaves, marks.leaves, {"scene": 0.12, "view": 0.15}),
    "gradient": Kind(
        light.draw_gradient, light.gradient, {"scene": 0.25, "view": 0.25, "cartoon": 0.25, "reaction": 0.2}
    ),
    "glow": Kind(
        light.draw_glow, light.glow, {"scene": 0.35, "view": 0.35, "cartoon": 0.2, "reaction": 0.25}
    ),
    "rim": Kind(light.draw_rim, light.rim, {"scene": 0.2, "view": 0.2, "cartoon": 0.1, "reaction": 0.15}),
}
"""In the order in which they are painted; adding one is adding an entry."""
EXTRAS = ("grain", "lettering", "fade")
"""What else can be left out by name."""
