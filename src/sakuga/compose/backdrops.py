"""What is behind a shot, and the camera that goes over it as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

import numpy as np

from sakuga.compose.colour_script import Script
from sakuga.compose.library import Plate
from sakuga.compose.motion import Camera
from sakuga.compose.settings import Settings
from sakuga.compose.shot import Backdrop
from sakuga.compose.styles import Style
from sakuga.degrade.chance import Choice, happens

Chance = np.random.Generator

SHARP = 1.15
"""How much a plate may be enlarged and still be in focus; beyond it the lens is set on the figures."""
CLOSER = 1.6
"""How much closer than all of a plate a camera comes, at most."""
ENLARGED = 2000
"""Columns beyond which somebody enlarged a drawing for print or a desktop: half of it is what was drawn."""
WAYS = Choice(((0.0, 1.0), (1.0, 0.0), (0.5, 1.0)), (0.6, 0.25, 0.15))
"""Rows and columns of a pan: level mostly, upright at times, slanted seldom."""
PACES = (0.5, 12.0)
"""Pixels a frame at 720 rows; slow ones are more frequent."""


def fits(plate: Plate, style: Style, settings: Settings) -> bool:
    """Whether a plate fills the frame without being enlarged more than the style allows."""
    return _least(plate, settings) <= style.enlarged


def camera_of(style: Style, settings: Settings, chance: Chance) -> Camera:
    """As a style has it, whatever room there is."""
    if not happens(style.pans, chance):
        return Camera()
    down, right = WAYS.draw(chance)
    slow, quick = map(log, PACES)
    pace = settings.unit * exp(float(chance.uniform(slow, quick))) * (1 if happens(0.5, chance) else -1)
    if happens(0.5, chance):
        return Camera((float(round(down * pace)), float(round(right * pace))))
    return Camera((down * pace, right * pace), whole=False)


def blend(settings: Settings, chance: Chance) -> Backdrop:
    """Two colours that are no strangers, one above the other; it stands still."""
    above = chance.uniform((0.2, 0.2, 0.25), 1, 3)
    below = np.clip(above + chance.normal(0, 0.2, 3), 0.05, 1)
    (r, g, b), (red, green, blue) = (map(float, each) for each in (above, below))
    return Backdrop(
        file="",
        box=(0, 0, 0, 0),
        size=settings.size,
        flip=False,
        at=(0.0, 0.0),
        depth=0.0,
        blur=0.0,
        streak=0.0,
        script=Script(),
        colours=((r, g, b), (red, green, blue)),
    )


def backdrop(
    plates: Sequence[Plate], style: Style, script: Script, settings: Settings, chance: Chance
) -> tuple[Backdrop, Camera]:
    """One of the plates, which all fit, and the camera with the pace that it has room for."""
    plate = plates[int(chance.integers(len(plates)))]
    least = _least(plate, settings)
    factor = least * float(chance.uniform(1, max(1, min(CLOSER, style.enlarged / least))))
    factor = max(least, min(factor, 0.5)) if plate.box[3] > ENLARGED else factor
    size = _scaled(plate, factor, settings.size)
    depth = float(chance.uniform(0.35, 0.8)) if style.figures else 1.0
    room = np.subtract(size, settings.size) / 2
    camera = _within(camera_of(style, settings, chance), room, depth, settings.length)
    reach = np.minimum(camera.reach(settings.length, depth), room)
    at = chance.uniform(reach, 2 * room - reach)
    streak = float(chance.uniform(0.3, 0.6)) if happens(0.35, chance) else 0.0
    blurred = happens(0.4, chance) or factor > SHARP
    blur = float(chance.uniform(1, 5)) * settings.unit
    made = Backdrop(
        file=plate.file,
        box=plate.box,
        size=size,
        flip=happens(0.5, chance) and style.turns,
        at=(float(round(at[0])), float(round(at[1]))),
        depth=depth,
        blur=blur if blurred and style.figures else 0.0,
        streak=streak,
        script=script,
    )
    return made, camera


def _least(plate: Plate, settings: Settings) -> float:
    """The factor by which it just fills the frame."""
    return max(settings.size[0] / plate.box[2], settings.size[1] / plate.box[3])


def _scaled(plate: Plate, factor: float, size: tuple[int, int]) -> tuple[int, int]:
    _, _, height, width = plate.box
    return max(size[0], round(factor * height)), max(size[1], round(factor * width))


def _within(camera: Camera, room: np.ndarray, depth: float, length: int) -> Camera:
    """As quick as the plate has room for, to either side of the middle."""
    most = np.maximum(0, room - 1) / (depth * (length // 2 + 1))
    down, right = (float(each) for each in np.clip(camera.pace, -most, most))
    return replace(camera, pace=(float(int(down)), float(int(right))) if camera.whole else (down, right))
