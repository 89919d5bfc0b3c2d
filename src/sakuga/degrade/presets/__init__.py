"""The published ways to degrade, one file each, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping

from sakuga.degrade.preset import Preset
from sakuga.degrade.presets.animesr import ANIMESR
from sakuga.degrade.presets.apisr import APISR
from sakuga.degrade.presets.broadcast import BROADCAST
from sakuga.degrade.presets.high_order import HIGH_ORDER
from sakuga.degrade.presets.mixed import MIXED
from sakuga.degrade.presets.ordered import ORDERED
from sakuga.degrade.presets.random_order import RANDOM_ORDER
from sakuga.degrade.presets.web import WEB

_ALL = (APISR, ORDERED, HIGH_ORDER, RANDOM_ORDER, ANIMESR, BROADCAST, WEB, MIXED)
PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _ALL}
"""Adding a preset is adding an entry."""
