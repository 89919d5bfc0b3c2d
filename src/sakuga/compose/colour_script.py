"""What hour and mood do to the colours of a layer: hue, saturation, a curve, gains and a lift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
"""Shape (H, W, 3) or, premultiplied, (H, W, 4); 0..1."""

_LUMA = np.array((0.299, 0.587, 0.114), np.float32)


@dataclass(frozen=True, slots=True)
class Script:
    """None of them changes anything as it stands."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Of red, green and blue."""
    curve: float = 1.0
    """Exponent; above 1 the middle is darker."""
    saturation: float = 1.0
    lift: float = 0.0
    """What black becomes."""
    hue: float = 0.0
    """Degrees by which all hues turn."""

    def partly(self, share: float) -> Script:
        """Between none and all of it."""
        plain = Script()
        gain = tuple(1 + share * (each - 1) for each in self.gain)
        rest = {
            name: getattr(plain, name) + share * (getattr(self, name) - getattr(plain, name))
            for name in ("curve", "saturation", "lift", "hue")
        }
        return replace(plain, gain=gain, **rest)

    def drawn(self, chance: np.random.Generator) -> Script:
        """One like it: no two evenings are the same."""
        around = chance.uniform(0.94, 1.06, 3)
        return Script(
            gain=(
                self.gain[0] * float(around[0]),
                self.gain[1] * float(around[1]),
                self.gain[2] * float(around[2]),
            ),
            curve=self.curve * float(chance.uniform(0.9, 1.1)),
            saturation=self.saturation * float(chance.uniform(0.85, 1.15)),
            lift=self.lift,
            hue=self.hue + float(chance.normal(0, 4)),
        )


SCRIPTS: Mapping[str, tuple[float, Script]] = {
    "day": (3.0, Script()),
    "morning": (1.0, Script((1.02, 1.0, 1.06), 0.92, 0.95, 0.03)),
    "dusk": (1.5, Script((1.12, 0.9, 0.72), 1.05, 1.1, 0.0, -4)),
    "night": (1.5, Script((0.5, 0.6, 0.92), 1.12, 0.75)),
    "overcast": (1.0, Script((0.92, 0.95, 0.97), 1.0, 0.65, 0.04)),
    "lamp": (1.0, Script((1.08, 0.96, 0.8), 1.08, 1.0)),
    "neon": (0.7, Script((1.04, 0.8, 1.15), 1.1, 1.25, 0.0, 8)),
    "memory": (0.5, Script((1.05, 0.99, 0.88), 0.92, 0.35, 0.09)),
    "vivid": (1.0, Script((1.03, 1.02, 1.02), 1.08, 1.3)),
}
"""Name -> how often, and the script."""


def scripted(layer: Pixels, script: Script) -> Pixels:
    """A layer in other colours, (H, W, 3) or (H, W, 4); alpha stays."""
    if layer.shape[2] == 3:
        return _changed(layer, script)
    alpha = layer[..., 3:]
    colours = np.divide(layer[..., :3], np.maximum(alpha, np.float32(1 / 255)), dtype=np.float32)
    return np.concatenate([_changed(colours, script) * alpha, alpha], 2)


def _changed(colours: Pixels, script: Script) -> Pixels:
    mixed = np.clip(colours @ _matrix(script).T, 0, 1)
    curved = np.power(mixed, np.float32(script.curve)) if script.curve != 1 else mixed
    gained = curved * np.array(script.gain, np.float32)
    return np.clip(gained * np.float32(1 - script.lift) + np.float32(script.lift), 0, 1)


def _matrix(script: Script) -> Pixels:
    """Of hue and saturation: grey stays grey."""
    angle, grey = np.deg2rad(script.hue), np.full((3, 3), 1 / 3)
    cross = np.array(((0, -1, 1), (1, 0, -1), (-1, 1, 0))) / np.sqrt(3)
    turn = np.cos(angle) * np.eye(3) + (1 - np.cos(angle)) * grey + np.sin(angle) * cross
    luma = np.tile(_LUMA, (3, 1))
    return ((luma + script.saturation * (np.eye(3) - luma)) @ turn).astype(np.float32)
