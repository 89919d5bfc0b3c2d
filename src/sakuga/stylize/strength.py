"""How much of a style a picture gets, its colour and its texture each."""

from __future__ import annotations

from sakuga.media.frames import Pixels
from sakuga.stylize.bands import RADII, merge, split


def strengthened(photo: Pixels, styled: Pixels, colour: float, texture: float) -> Pixels:
    """A photo and what a network made of it, (H, W, 3) of one depth, to what lies between both.

    colour, texture: the share of the coarsest band of what changed and that of the finest; bands between go
    over from one to the other. 0 is the photo and 1 the network's to the bit; above 1 it is overdone.
    """
    if colour == texture:
        bands, shares = split(photo, styled, ()), [colour]
    else:
        bands, shares = split(photo, styled), _shares(colour, texture)
    return merge(photo, bands, shares)


def _shares(colour: float, texture: float) -> list[float]:
    return [texture + (colour - texture) * place / len(RADII) for place in range(len(RADII) + 1)]
