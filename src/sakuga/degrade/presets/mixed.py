"""For a model of anything drawn: each sample is a web picture's, a broadcast's or an encoded clip's.

Source: none that is published; it is `web`, `apisr`, `broadcast` and `animesr` as they are, by weights that
benchmarks/mix.py compared: of the mixes that have all four, the one with half good copies teaches most.
Learned operators are drawn where `animesr` is, and nowhere else.
"""

from __future__ import annotations

from sakuga.degrade.preset import OneOf, Preset
from sakuga.degrade.presets.animesr import ANIMESR
from sakuga.degrade.presets.apisr import APISR
from sakuga.degrade.presets.broadcast import BROADCAST
from sakuga.degrade.presets.web import WEB

MIXED = Preset(
    name="mixed",
    part=OneOf(((0.2, APISR.part), (0.15, BROADCAST.part), (0.15, ANIMESR.part), (0.5, WEB.part))),
    note="One of `apisr`, `broadcast`, `animesr` and `web`, weighed 20, 15, 15 and 50, for all drawings.",
    source="none published; its parts are those of the four",
    together=True,
)
