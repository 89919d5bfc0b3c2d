"""For a model of anything drawn: each sample is a web picture's, a broadcast's or an encoded clip's.

Source: none that is published; it is `apisr`, `broadcast` and `animesr` as they are, by weights. Half is the
first, as most drawings that people bring are single pictures that were resized and saved; the oldest and
the newest films share the rest. Learned operators are drawn where `animesr` is, and nowhere else.
"""

from __future__ import annotations

from sakuga.degrade.preset import OneOf, Preset
from sakuga.degrade.presets.animesr import ANIMESR
from sakuga.degrade.presets.apisr import APISR
from sakuga.degrade.presets.broadcast import BROADCAST

MIXED = Preset(
    name="mixed",
    part=OneOf(((0.5, APISR.part), (0.3, BROADCAST.part), (0.2, ANIMESR.part))),
    note="One of `apisr`, `broadcast` and `animesr`, weighed 0.5, 0.3 and 0.2, for a model of all drawings.",
    source="none published; its parts are those of the three",
    together=True,
)
