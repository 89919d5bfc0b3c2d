"""The published ways to degrade, one file each, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping

from sakuga.degrade.preset import Preset
from sakuga.degrade.presets.animesr import ANIMESR
from sakuga.degrade.presets.apisr import APISR
from sakuga.degrade.presets.high_order import HIGH_ORDER
from sakuga.degrade.presets.random_order import RANDOM_ORDER

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (APISR, HIGH_ORDER, RANDOM_ORDER, ANIMESR)}
"""Adding a preset is adding an entry."""
