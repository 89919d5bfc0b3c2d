"""Small things that a style must not eat: their detail is put back inside a soft mask.

Source: Scenimefy (ICCV 2023) names text and small details among its limits; the detail is what a guided
filter takes away.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels
from sakuga.metrics.luma import luma
from sakuga.stylize.guided import Plane, guided

Mask = NDArray[np.float32]
"""Shape (H, W), 0..1: how much is protected."""

RADIUS = 32
"""Pixels that the photo and the styled picture are smoothed over; what is finer is detail."""
SOFTNESS = 1.0
"""So large that letters count as detail, however black they are."""
STRENGTH = 0.5
"""Share of the style's tones inside the mask."""
FEATHER = 6.0
"""Pixels over which the mask fades, outside of what is to be protected."""


def protected(photo: Pixels, styled: Pixels, mask: Mask) -> Pixels:
    """`styled` (H, W, 3), with the luma detail of `photo` where the mask (H, W), 0..1, says so.

    There the tones are STRENGTH of the style and the rest the photo's. Where the mask is 0 nothing changes.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return styled
    part = (_around(rows, len(mask)), _around(columns, mask.shape[1]))
    share = mask[part][..., None]
    wanted = _with_detail(photo[part], styled[part])
    mixed = styled[part] + share * (wanted - styled[part])
    result = styled.copy()
    result[part] = np.rint(mixed).clip(0, np.iinfo(styled.dtype).max).astype(styled.dtype)
    return result


def feathered(mask: NDArray[np.bool_]) -> Mask:
    """(H, W), 1 where `mask` is true, fading to 0 outside of it."""
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return (1 - np.asarray(outside, np.float32) / np.float32(FEATHER)).clip(0, 1)


def _around(places: NDArray[np.intp], length: int) -> slice:
    """From the first to the last place, with room for the filters."""
    return slice(max(0, int(places[0]) - 2 * RADIUS), min(length, int(places[-1]) + 1 + 2 * RADIUS))


def _with_detail(photo: Pixels, styled: Pixels) -> Plane:
    """Tones of both pictures, and of the photo what is finer."""
    grey = luma(photo)[..., None] * np.float32(np.iinfo(photo.dtype).max / 255)
    tones = STRENGTH * _tones(styled, styled) + (1 - STRENGTH) * _tones(photo, photo)
    return np.asarray(tones + grey - _tones(grey, photo), np.float32)


def _tones(plane: Pixels | Plane, guide: Pixels) -> Plane:
    return guided(plane.astype(np.float32), luma(guide) / np.float32(255), RADIUS, SOFTNESS)
