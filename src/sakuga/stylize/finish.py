"""The last step of a stylization: what the user keeps of what the network made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path

import numpy as np

from sakuga.engine.finished import Finish
from sakuga.media.frames import Pixels
from sakuga.media.picture import open_picture
from sakuga.models.cache import sha256
from sakuga.stylize.masks import demand_size, mask_file, mask_of
from sakuga.stylize.protection import Mask, feathered, protected
from sakuga.stylize.reference import Reference
from sakuga.stylize.settings import StylizeSettings
from sakuga.stylize.strength import strengthened
from sakuga.stylize.text import text


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of all settings, read once; `finish` is that of one source."""

    steps: tuple[Finish, ...]
    """In the order in which they work: colours, strength."""
    finds_text: bool
    masks: Path | None
    told: str = ""
    """All that decides the steps, and what the network has beside its weights, in words."""

    def finish(self, source: Path) -> Finish | None:
        """What is done to every frame of `source`, each for itself; None where nothing is.

        Raises InputError where its mask cannot be read; so does the result for a mask of another size.
        """
        mask = mask_of(self.masks, source) if self.masks else None
        steps = self.steps
        if self.finds_text or mask is not None:
            steps = *steps, partial(_kept, finds_text=self.finds_text, mask=mask, source=source)
        return partial(_all, steps) if steps else None

    def words(self, source: Path) -> str:
        """All that decides `finish` of `source`; files count by what they hold."""
        mask = mask_file(self.masks, source) if self.masks else None
        return f"{self.told}, mask {_content(mask)}"


def controls(settings: StylizeSettings) -> Controls:
    """Raises InputError where --reference is no picture."""
    steps: list[Finish] = []
    if settings.reference is not None:
        steps.append(_recoloured(settings.reference))
    colour, texture = (
        settings.strength if share is None else share
        for share in (settings.color_strength, settings.texture_strength)
    )
    if (colour, texture) != (1, 1):
        steps.append(partial(strengthened, colour=colour, texture=texture))
    told = (
        f"colour {colour:g}, texture {texture:g}, reference {_content(settings.reference)}, "
        f"protect {settings.protect}, adapter {_content(settings.adapter)}"
    )
    return Controls(tuple(steps), settings.protect == "text", settings.masks, told)


def _content(path: Path | None) -> str:
    return "none" if path is None else sha256(path)


def _all(steps: tuple[Finish, ...], photo: Pixels, styled: Pixels) -> Pixels:
    return reduce(lambda made, step: step(photo, made), steps, styled)


def _recoloured(path: Path) -> Finish:
    with open_picture(path) as picture:
        pixels = next(iter(picture)).pixels
    reference = Reference(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels)
    return lambda _, styled: reference(styled)


def _kept(photo: Pixels, styled: Pixels, *, finds_text: bool, mask: Mask | None, source: Path) -> Pixels:
    wanted = np.zeros(photo.shape[:2], np.float32)
    if mask is not None:
        demand_size(mask, photo, source)
        wanted = np.maximum(wanted, mask)
    if finds_text:
        wanted = np.maximum(wanted, feathered(text(photo)))
    return protected(photo, styled, wanted)
