"""All that can happen to a clip, in one table: pure functions of plain values, so that a sample can be told.

An operator takes (N, H, W, 3) float32, nominal 0..1, and parameters that JSON can hold; what is random in it
stands in a parameter `seed`. The same parameters give the same pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sakuga.degrade.band import band
from sakuga.degrade.blur import blur
from sakuga.degrade.chroma import bleed
from sakuga.degrade.clip import Clip, to_clip, to_frames
from sakuga.degrade.codecs import compress
from sakuga.degrade.composite import composite
from sakuga.degrade.deinterlacing import deinterlaced
from sakuga.degrade.fields import interlaced, telecined
from sakuga.degrade.films import Settings
from sakuga.degrade.halo import halo
from sakuga.degrade.noise import gaussian, poisson
from sakuga.degrade.resize import resize
from sakuga.degrade.tape import dropouts, jitter, streaks, switching
from sakuga.errors import InputError

Value = int | float | str | bool | None | Sequence["Value"]
Operator = Callable[..., Clip]


def coded(
    clip: Clip, *, codec: str, quality: float, together: bool = False, **settings: str | int | bool | None
) -> Clip:
    """Through a codec of CODECS, after clamping and rounding; settings: those of `films.Settings`."""
    try:
        told = Settings(**settings)  # pyright: ignore[reportArgumentType] - a plain sample says what it says
    except TypeError as error:
        raise InputError(f"A codec cannot be told that: {error}.") from error
    return to_clip(compress(to_frames(clip), codec, quality, together=together, settings=told).frames)


def rounded(clip: Clip) -> Clip:
    """To 8 bits."""
    return to_clip(to_frames(clip))


def cut(clip: Clip) -> Clip:
    """To 8 bits without rounding, as AnimeSR does."""
    return to_clip((clip.clip(0, 1) * 255).astype("uint8"))


OPERATORS: Mapping[str, Operator] = {
    "blur": blur,
    "gaussian": gaussian,
    "poisson": poisson,
    "resize": resize,
    "codec": coded,
    "round": rounded,
    "cut": cut,
    "halo": halo,
    "composite": composite,
    "band": band,
    "bleed": bleed,
    "jitter": jitter,
    "streaks": streaks,
    "switching": switching,
    "dropouts": dropouts,
    "interlaced": interlaced,
    "telecined": telecined,
    "deinterlaced": deinterlaced,
}
"""Adding an operator is adding an entry."""
