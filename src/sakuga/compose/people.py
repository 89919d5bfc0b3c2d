"""Who is in a shot: figures drawn from the library, where they stand and how they move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sakuga.compose.colour_script import Script
from sakuga.compose.library import Actor
from sakuga.compose.motion import HOLDS, Camera
from sakuga.compose.settings import Settings
from sakuga.compose.shot import Figure
from sakuga.degrade.chance import Choice, happens

Chance = np.random.Generator

SIZES = (0.78, 1.5)
"""Heights of figures, as shares of the frame's: from the knees up to a face and shoulders."""
LARGEST = 1.1
"""How much a figure may be enlarged."""
NEAR = 0.15
"""How often the nearest of several stands before the lens, out of focus."""


def people(
    actors: Sequence[Actor],
    often: Sequence[float],
    script: Script,
    camera: Camera,
    settings: Settings,
    chance: Chance,
) -> tuple[Figure, ...]:
    """Figures of different works, the farthest first; often: how often one, two and so on come.

    They take on a part of the script, as animators keep faces clear.
    """
    works = sorted({actor.work for actor in actors})
    count = min(Choice(range(1, len(often) + 1), often).draw(chance), len(works))
    order: list[int] = chance.permutation(len(works)).tolist()
    # Each has a part of the frame's width for itself, and stands anywhere in it.
    spots: list[float] = ((chance.permutation(count) + chance.uniform(0.3, 0.7, count)) / count).tolist()
    worn = script.partly(float(chance.uniform(0.4, 0.9)))
    near = happens(NEAR, chance) and count > 1
    figures: list[Figure] = []
    for place, spot in enumerate(spots):
        some = [actor for actor in actors if actor.work == works[order[place]]]
        actor = some[int(chance.integers(len(some)))]
        figures.append(_figure(actor, spot, worn, camera, settings, chance, near=near and place == 0))
    return tuple(sorted(figures, key=lambda figure: (figure.blur, figure.size[0])))


def _figure(
    actor: Actor,
    spot: float,
    script: Script,
    camera: Camera,
    settings: Settings,
    chance: Chance,
    *,
    near: bool,
) -> Figure:
    height, width = settings.size
    most = LARGEST * actor.box[2] / height
    least, most = min(SIZES[0], most), min(SIZES[1], most)
    factor = (most if near else float(chance.uniform(least, most))) * height / actor.box[2]
    size = round(factor * actor.box[2]), max(1, round(factor * actor.box[3]))
    depth = float(chance.uniform(1.5, 2.0) if near else chance.uniform(0.9, 1.2))
    # One before the lens stands at an edge of the frame, and hides nobody.
    spot = (0.04 if spot < 0.5 else 0.96) if near else spot
    hold = Choice(list(HOLDS), list(HOLDS.values())).draw(chance)
    drawn = chance.uniform((-0.6, -2.5), (0.6, 2.5)) * settings.unit * happens(0.4, chance)
    pace = float(drawn[0]), float(drawn[1])
    # Figures end at their knees, so that these must never come into the frame.
    length = settings.length
    sink = camera.reach(length, depth)[0] + abs(pace[0]) * (length // 2 + hold) + 1
    head = float(chance.uniform(0.25, 0.4) if near else chance.uniform(-0.03, 0.2)) * height
    top = max(head, height + sink - size[0])
    faces: list[str] = chance.permutation(actor.files)[: 2 if happens(0.35, chance) else 1].tolist()
    return Figure(
        files=tuple(faces),
        box=actor.box,
        size=size,
        flip=happens(0.5, chance),
        at=camera.placed(top, spot * width - size[1] / 2),
        depth=depth,
        pace=pace,
        hold=hold,
        flap=int(chance.integers(2, 7)),
        line=float(chance.uniform(-0.5, 0.8)) if happens(0.5, chance) else 0.0,
        blur=float(chance.uniform(3, 7)) * settings.unit if near else 0.0,
        script=script,
    )
