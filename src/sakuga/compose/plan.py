"""Drawing a shot's description: what stands where, how it moves, in which light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sakuga.compose import lettering
from sakuga.compose.colour_script import SCRIPTS, Script
from sakuga.compose.effects import EFFECTS, EXTRAS
from sakuga.compose.library import Actor, Library, Plate
from sakuga.compose.motion import HOLDS, Camera
from sakuga.compose.shot import Backdrop, Effect, Fade, Figure, Lettering, Shot
from sakuga.compose.styles import ENOUGH, STYLES, Style
from sakuga.degrade.chance import Choice, happens
from sakuga.degrade.clip import stream
from sakuga.errors import InputError

Chance = np.random.Generator

STILL = 24
"""Frames of the shot that a still is out of."""
SHARP = 1.15
"""How much a plate may be enlarged and still be in focus; beyond it the lens is set on the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all shots of a folder share; raises InputError where a value cannot be."""

    seed: int = 0
    size: tuple[int, int] = (720, 1280)
    """(height, width)."""
    frames: int = 1
    """Of a shot; 1 makes stills, each a moment of a shot of STILL frames."""
    without: tuple[str, ...] = ()
    """Effects and EXTRAS that are left out; all else stays as it is."""

    def __post_init__(self) -> None:
        height, width = self.size
        if not 64 <= min(self.size) <= max(self.size) <= 8192:
            raise InputError(f"--size is {width}x{height}; both sides are numbers from 64 to 8192.")
        if self.frames < 1:
            raise InputError(f"--frames is {self.frames}; it is a number of frames, 1 or more.")
        if self.seed < 0:
            raise InputError(f"--seed is {self.seed}; it is a whole number, 0 or more.")
        known = (*EFFECTS, *EXTRAS)
        for name in self.without:
            if name not in known:
                raise InputError(f"--without {name}: there is no such effect; there are {', '.join(known)}.")

    @property
    def length(self) -> int:
        """Frames of every shot, shown or not."""
        return self.frames if self.frames > 1 else STILL


class Planner:
    """Describes shots of one library; which there are depends on nothing else."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raises InputError where no style finds what it needs, such as a plate that is large enough."""
        self._settings, self._actors = settings, library.actors
        sources = {"plates": library.plates, "flats": library.flats, "": ()}
        self._plates = {
            name: [each for each in sources[style.source] if _fits(each, style, settings.size)]
            for name, style in STYLES.items()
        }
        self._styles = [name for name, style in STYLES.items() if self._possible(name, style)]
        if not self._styles:
            width, height = settings.size[::-1]
            raise InputError(f"No drawing is large enough for --size {width}x{height}; take a smaller one.")

    def shot(self, number: int) -> Shot:
        """The description of shot `number`, counted from 0."""
        settings, chance = self._settings, stream(self._settings.seed, number)
        name = Choice(self._styles, [self._often(each) for each in self._styles]).draw(chance)
        style, length = STYLES[name], settings.length
        first = int(chance.integers(length)) if settings.frames == 1 else 0
        light = Choice([s for _, s in SCRIPTS.values()], [often for often, _ in SCRIPTS.values()]).draw(
            chance
        )
        script = light.drawn(chance)
        backdrop, camera = self._behind(name, script, chance)
        figures = self._people(style, script, camera, chance) if style.figures else ()
        effects = [
            Effect(each, kind.draw(chance))
            for each, kind in EFFECTS.items()
            if happens(kind.often.get(name, 0), chance)
        ]
        words = self._words(backdrop, chance)
        grain = float(chance.uniform(0.8, 4)) if happens(0.25, chance) else 0.0
        fade = _fade(length, chance) if happens(0.12, chance) else None
        shot = Shot(
            number=number,
            seed=settings.seed,
            style=name,
            size=settings.size,
            length=length,
            first=first,
            count=settings.frames,
            camera=camera,
            backdrop=backdrop,
            figures=figures,
            effects=effects,
            lettering=words,
            grain=grain,
            fade=fade,
        )
        return _without(shot, settings.without)

    def _possible(self, name: str, style: Style) -> bool:
        return bool(self._plates[name] or not style.source) and bool(self._actors or not style.figures)

    def _often(self, name: str) -> float:
        style = STYLES[name]
        return style.often * (min(1.0, len(self._plates[name]) / ENOUGH) if style.source else 1.0)

    def _behind(self, name: str, script: Script, chance: Chance) -> tuple[Backdrop, Camera]:
        style, (height, width) = STYLES[name], self._settings.size
        camera = _camera(style, height / 720, chance)
        depth = float(chance.uniform(0.35, 0.8)) if style.figures else 1.0
        streak = float(chance.uniform(0.3, 0.6)) if happens(0.35, chance) else 0.0
        if not style.source:
            above = chance.uniform((0.2, 0.2, 0.25), 1, 3)
            colours = [each.tolist() for each in (above, np.clip(above + chance.normal(0, 0.2, 3), 0.05, 1))]
            made = Backdrop(
                "",
                (0, 0, 0, 0),
                (height + 4, width + 4),
                flip=False,
                at=(2.0, 2.0),
                depth=0.0,
                blur=0.0,
                streak=0.0,
                script=Script(),
                colours=(tuple(colours[0]), tuple(colours[1])),
            )
            return made, camera
        plates = self._plates[name]
        plate = plates[int(chance.integers(len(plates)))]
        least = _factor(plate, self._settings.size)
        factor = least * float(chance.uniform(1.0, max(1.0, min(1.6, style.enlarged / least))))
        size = _scaled(plate, factor, self._settings.size)
        room = np.subtract(size, self._settings.size) / 2
        camera = _within(camera, room, depth, self._settings.length)
        reach = np.minimum(camera.reach(self._settings.length, depth), room)
        at = chance.uniform(reach, 2 * room - reach)
        blurred = style.figures and (factor > SHARP or happens(0.4, chance))
        made = Backdrop(
            file=plate.file,
            box=plate.box,
            size=size,
            flip=happens(0.5, chance) and style.turns,
            at=camera.placed(float(at[0]), float(at[1])),
            depth=depth,
            blur=float(chance.uniform(1, 5)) * height / 720 if blurred else 0.0,
            streak=streak,
            script=script,
        )
        return made, camera

    def _people(self, style: Style, script: Script, camera: Camera, chance: Chance) -> tuple[Figure, ...]:
        works = sorted({actor.work for actor in self._actors})
        count = min(Choice((1, 2, 3), style.figures).draw(chance), len(works))
        chosen = [works[index] for index in chance.permutation(len(works))[:count].tolist()]
        share = float(chance.uniform(0.4, 0.9))
        # Each has a part of the frame's width for itself, but stands somewhere in it.
        spots = chance.permutation(count)
        figures = [
            self._figure(
                work, (spot + chance.uniform(0.3, 0.7)) / count, script.partly(share), camera, chance
            )
            for work, spot in zip(chosen, spots.tolist(), strict=True)
        ]
        return tuple(sorted(figures, key=lambda figure: figure.size[0]))

    def _figure(self, work: str, spot: float, script: Script, camera: Camera, chance: Chance) -> Figure:
        height, width = self._settings.size
        actors = [actor for actor in self._actors if actor.work == work]
        actor: Actor = actors[int(chance.integers(len(actors)))]
        most = 1.1 * actor.box[2] / height
        share = float(chance.uniform(min(0.78, most), min(1.5, most)))
        factor = share * height / actor.box[2]
        size = round(factor * actor.box[2]), max(1, round(factor * actor.box[3]))
        depth, hold = float(chance.uniform(0.9, 1.2)), Choice(list(HOLDS), list(HOLDS.values())).draw(chance)
        moves = happens(0.4, chance)
        pace = chance.uniform((-0.6, -2.5), (0.6, 2.5)) * height / 720 if moves else np.zeros(2)
        # Figures end at their knees, so that these must never come into the frame.
        length = self._settings.length
        sink = camera.reach(length, depth)[0] + abs(float(pace[0])) * (length // 2 + hold) + 1
        head = float(chance.uniform(-0.03, 0.2)) * height
        top = max(head, height + sink - size[0])
        faces = tuple(chance.permutation(actor.files)[: 2 if happens(0.35, chance) else 1].tolist())
        at = camera.placed(top, spot * width - size[1] / 2)
        return Figure(
            files=faces,
            box=actor.box,
            size=size,
            flip=happens(0.5, chance),
            at=at,
            depth=depth,
            pace=(float(pace[0]), float(pace[1])),
            hold=hold,
            flap=int(chance.integers(2, 7)),
            line=float(chance.uniform(-0.5, 0.8)) if happens(0.5, chance) else 0.0,
            blur=0.0,
            script=script,
        )

    def _words(self, backdrop: Backdrop, chance: Chance) -> list[Lettering]:
        often = {"subtitle": 0.22, "sign": 0.12, "credit": 0.06, "title": 0.04}
        wanted = [kind for kind, share in often.items() if happens(share, chance)]
        if backdrop.blur or not backdrop.file:
            wanted = [kind for kind in wanted if kind != "sign"]
        made = (lettering.drawn(kind, self._settings.size, chance) for kind in wanted)
        return [each for each in made if each]


def _fits(plate: Plate, style: Style, size: tuple[int, int]) -> bool:
    return _factor(plate, size) <= style.enlarged


def _factor(plate: Plate, size: tuple[int, int]) -> float:
    """By which it fills the frame."""
    return max(size[0] / plate.box[2], size[1] / plate.box[3])


def _scaled(plate: Plate, factor: float, size: tuple[int, int]) -> tuple[int, int]:
    height, width = (
        max(least, round(factor * side)) for least, side in zip(size, plate.box[2:], strict=True)
    )
    return height, width


def _camera(style: Style, scale: float, chance: Chance) -> Camera:
    """Level mostly, upright at times, slanted seldom; slow mostly."""
    if not happens(style.pans, chance):
        return Camera()
    down, right = Choice(((0, 1), (1, 0), (0.5, 1)), (0.6, 0.25, 0.15)).draw(chance)
    pace = (
        scale * float(np.exp(chance.uniform(np.log(0.5), np.log(12)))) * (1 if happens(0.5, chance) else -1)
    )
    whole = happens(0.5, chance)
    paces = (down * pace, right * pace)
    return Camera((float(round(paces[0])), float(round(paces[1]))) if whole else paces, whole)


def _within(camera: Camera, room: np.ndarray, depth: float, length: int) -> Camera:
    """As quick as the plate has room for."""
    most = np.maximum(0, room - 1) / (depth * (length // 2 + 1))
    pace = np.clip(camera.pace, -most, most)
    pace = np.trunc(pace) if camera.whole else pace
    return replace(camera, pace=(float(pace[0]), float(pace[1])))


def _fade(length: int, chance: Chance) -> Fade:
    """At one end of the shot, in a third to all of it; never until nothing is left."""
    span = max(2, round(length * float(chance.uniform(0.3, 1))))
    first, last = (0, span) if happens(0.5, chance) else (length - 1, length - 1 - span)
    return Fade(0.0 if happens(0.75, chance) else 1.0, first, last, float(chance.uniform(0.5, 0.9)))


def _without(shot: Shot, names: tuple[str, ...]) -> Shot:
    return replace(
        shot,
        effects=[effect for effect in shot.effects if effect.name not in names],
        lettering=[] if "lettering" in names else shot.lettering,
        grain=0.0 if "grain" in names else shot.grain,
        fade=None if "fade" in names else shot.fade,
    )
