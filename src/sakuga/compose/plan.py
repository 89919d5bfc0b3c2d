"""Drawing a shot's description: which style, in which light, with what in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sakuga.compose import lettering
from sakuga.compose.backdrops import backdrop, blend, camera_of, fits
from sakuga.compose.colour_script import SCRIPTS, Script
from sakuga.compose.effects import EFFECTS
from sakuga.compose.library import Library
from sakuga.compose.motion import Camera
from sakuga.compose.people import people
from sakuga.compose.settings import Settings
from sakuga.compose.shot import Backdrop, Effect, Fade, Lettering, Shot
from sakuga.compose.styles import ENOUGH, STYLES
from sakuga.degrade.chance import Choice, happens
from sakuga.degrade.clip import stream
from sakuga.errors import InputError

Chance = np.random.Generator

LETTERING = {"subtitle": 0.22, "sign": 0.12, "credit": 0.06, "title": 0.04}
"""Kind -> how often."""
GRAIN, FADE = 0.25, 0.12
"""How often there is some."""
LEVELS = (0.8, 4.0)
"""Of grain, its deviation."""


class Planner:
    """Describes shots of one library; which there are depends on nothing else."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raises InputError where no style finds what it needs, such as a plate that is large enough."""
        self._settings, self._actors = settings, library.actors
        sources = {"plates": library.plates, "flats": library.flats, "": ()}
        self._plates = {
            name: [each for each in sources[style.source] if fits(each, style, settings)]
            for name, style in STYLES.items()
        }
        self._often = {name: self._share(name) for name in STYLES}
        if not any(self._often.values()):
            height, width = settings.size
            raise InputError(f"No drawing is large enough for --size {width}x{height}; take a smaller one.")

    def shot(self, number: int) -> Shot:
        """The description of shot `number`, counted from 0; it depends on its number and the seed alone."""
        settings, chance = self._settings, stream(self._settings.seed, number)
        name = Choice(list(self._often), list(self._often.values())).draw(chance)
        script = _script(chance)
        behind, camera = self._behind(name, script, chance)
        style = STYLES[name]
        shot = Shot(
            number=number,
            seed=settings.seed,
            style=name,
            size=settings.size,
            length=settings.length,
            first=int(chance.integers(settings.length)) if settings.frames == 1 else 0,
            count=settings.frames,
            camera=camera,
            backdrop=behind,
            figures=people(self._actors, style.figures, script, camera, settings, chance)
            if style.figures
            else (),
            effects=_effects(name, chance),
            lettering=_lettering(behind, settings, chance),
            grain=float(chance.uniform(*LEVELS)) if happens(GRAIN, chance) else 0.0,
            fade=_fade(settings.length, chance) if happens(FADE, chance) else None,
        )
        return _without(shot, settings.without)

    def _share(self, name: str) -> float:
        style, count = STYLES[name], len(self._plates[name])
        if style.figures and not self._actors:
            return 0.0
        return style.often * (min(1.0, count / ENOUGH) if style.source else 1.0)

    def _behind(self, name: str, script: Script, chance: Chance) -> tuple[Backdrop, Camera]:
        style = STYLES[name]
        if not style.source:
            return blend(self._settings, chance), camera_of(style, self._settings, chance)
        return backdrop(self._plates[name], style, script, self._settings, chance)


def _script(chance: Chance) -> Script:
    often = [often for often, _ in SCRIPTS.values()]
    return Choice([script for _, script in SCRIPTS.values()], often).draw(chance).drawn(chance)


def _effects(style: str, chance: Chance) -> tuple[Effect, ...]:
    kinds = [(name, kind) for name, kind in EFFECTS.items() if happens(kind.often.get(style, 0), chance)]
    return tuple(Effect(name, kind.draw(chance)) for name, kind in kinds)


def _lettering(behind: Backdrop, settings: Settings, chance: Chance) -> tuple[Lettering, ...]:
    """Signs stand only where there is something sharp to stand on."""
    wanted = [kind for kind, often in LETTERING.items() if happens(often, chance)]
    bare = behind.blur > 0 or not behind.file
    made = (lettering.drawn(kind, settings.size, chance) for kind in wanted if kind != "sign" or not bare)
    return tuple(each for each in made if each)


def _fade(length: int, chance: Chance) -> Fade:
    """At one end of the shot, in a third to all of it; never until nothing is left."""
    span = max(2, round(length * float(chance.uniform(0.3, 1))))
    first, last = (0, span) if happens(0.5, chance) else (length - 1, length - 1 - span)
    return Fade(0.0 if happens(0.75, chance) else 1.0, first, last, float(chance.uniform(0.4, 0.75)))


def _without(shot: Shot, names: tuple[str, ...]) -> Shot:
    return replace(
        shot,
        effects=tuple(effect for effect in shot.effects if effect.name not in names),
        lettering=() if "lettering" in names else shot.lettering,
        grain=0.0 if "grain" in names else shot.grain,
        fade=None if "fade" in names else shot.fade,
    )
