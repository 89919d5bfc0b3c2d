"""From a shot's description to its frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sakuga.compose.colour_script import scripted
from sakuga.compose.effects import EFFECTS
from sakuga.compose.layers import over, padded, softened, weighted, window
from sakuga.compose.lens import faded, grained, streaked
from sakuga.compose.lettering import lettered
from sakuga.compose.moment import Frame, Moment
from sakuga.compose.motion import held
from sakuga.compose.reading import part
from sakuga.compose.shot import Backdrop, Figure, Lettering, Shot
from sakuga.degrade.clip import to_frames
from sakuga.media.plain import Rgb

IN_PICTURE = ("sign",)
"""Lettering that stands in the scene; all other is laid over the finished picture."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A figure's drawings, ready to be laid over."""

    figure: Figure
    faces: list[Frame]
    margin: int
    """By which they are larger than the figure's size, for blur."""


def frames(root: Path, shot: Shot) -> Iterator[Rgb]:
    """All frames of a shot (H, W, 3), in order; its drawings stand in `root`.

    Raises InputError where one of them cannot be read.
    """
    plate, cast = _plate(root, shot), [_cast(root, figure) for figure in shot.figures]
    above = [each for each in shot.lettering if each.kind not in IN_PICTURE]
    letters = [(each, lettered(each)) for each in above]
    for number in range(shot.first, shot.first + shot.count):
        frame = _scene(shot, plate, cast, number)
        chance = np.random.default_rng((shot.seed, shot.number, number))
        frame = grained(faded(frame, shot.fade, number), shot.grain, chance)
        for each, layer in letters:
            _laid(frame, each, layer)
        yield to_frames(frame[None])[0]


def _scene(shot: Shot, plate: Frame, cast: list[Cast], number: int) -> Frame:
    moment = Moment(number, shot.camera.shift(number, shot.length, 1))
    down, right = shot.camera.shift(number, shot.length, shot.backdrop.depth)
    top, left = shot.backdrop.at
    frame = window(plate, top - down, left - right, shot.size)
    frame = _affected(shot, frame, moment, behind=True)
    for each in cast:
        _placed(shot, frame, each, number)
    return _affected(shot, frame, moment, behind=False)


def _affected(shot: Shot, frame: Frame, moment: Moment, *, behind: bool) -> Frame:
    for effect in shot.effects:
        kind = EFFECTS[effect.name]
        if kind.behind is behind:
            frame = kind.paint(frame, dict(effect.told), moment).astype(np.float32)
    return frame


def _placed(shot: Shot, frame: Frame, cast: Cast, number: int) -> None:
    figure = cast.figure
    steps = held(number, figure.hold) - shot.length // 2
    down, right = shot.camera.shift(number, shot.length, figure.depth)
    top, left = shot.camera.placed(
        figure.at[0] + down + steps * figure.pace[0], figure.at[1] + right + steps * figure.pace[1]
    )
    face = cast.faces[number // figure.flap % len(cast.faces)]
    over(frame, face, top - cast.margin, left - cast.margin)


def _plate(root: Path, shot: Shot) -> Frame:
    backdrop = shot.backdrop
    plate = _read(root, backdrop) if backdrop.file else _blend(backdrop)
    plate = softened(scripted(plate, backdrop.script), backdrop.blur)
    for each in shot.lettering:
        if each.kind in IN_PICTURE:
            _laid(plate, each, lettered(each), backdrop.at, shot.size)
    down, right = (pace * backdrop.depth * backdrop.streak for pace in shot.camera.pace)
    return streaked(plate, down, right)


def _read(root: Path, backdrop: Backdrop) -> Frame:
    layer = part(root / backdrop.file, backdrop.box, backdrop.size, flip=backdrop.flip)
    return np.ascontiguousarray(layer[..., :3] + (1 - layer[..., 3:]))


def _blend(backdrop: Backdrop) -> Frame:
    share = np.linspace(0, 1, backdrop.size[0], dtype=np.float32)[:, None, None]
    above, below = (np.array(each, np.float32) for each in backdrop.colours)
    return np.repeat(above + share * (below - above), backdrop.size[1], 1).astype(np.float32)


def _cast(root: Path, figure: Figure) -> Cast:
    margin = int(np.ceil(3 * figure.blur))
    faces: list[Frame] = []
    for file in figure.files:
        layer = part(root / file, figure.box, figure.size, flip=figure.flip)
        layer = scripted(weighted(layer, figure.line), figure.script)
        faces.append(softened(padded(layer, margin), figure.blur) if margin else layer)
    return Cast(figure, faces, margin)


def _laid(
    frame: Frame,
    lettering: Lettering,
    layer: Frame,
    corner: tuple[float, float] = (0, 0),
    size: tuple[int, int] | None = None,
) -> None:
    """Its middle where it should be, but all of it inside; of a frame of `size` that stands at `corner`."""
    size = size or frame.shape[:2]
    spots = (
        int(start + np.clip(share * whole - side / 2, 0, max(0, whole - side)))
        for start, share, whole, side in zip(corner, lettering.at, size, layer.shape, strict=False)
    )
    top, left = spots
    over(frame, layer, top, left)
