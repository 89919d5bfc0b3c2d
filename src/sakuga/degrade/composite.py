"""Composite video: colour rides on a subcarrier within luma, and no decoder parts them again.

Fine luma comes back as rainbows, colour edges as dots that crawl: both change sides from line to line and
from frame to frame, as the subcarrier does. Source: SMPTE 170M, its subcarrier, bandwidths and 227.5 cycles a
line. AnimeSR's issue 8 asks for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sakuga.degrade.analogue import SAMPLING, Plane, joined, low, split
from sakuga.degrade.clip import Clip

SUBCARRIER = 315 / 88
"""MHz."""
BAND = 4.2
"""MHz that a channel has for luma."""
CHROMA = 1.3
"""MHz of each colour difference that are sent."""
_WIDE = 2.0
"""MHz around the subcarrier that a comb, which spares luma, can afford to take."""
_LINES = 4
"""Two of each field, that a comb needs."""
_HALF, _TWICE = np.float32(0.5), np.float32(2)
_PAD = 48
"""Samples on both sides, in which a filter settles."""


def composite(
    clip: Clip, *, decoder: str, width: float = 0.6, phase: int = 0, sampling: float = SAMPLING
) -> Clip:
    """A clip (N, H, W, 3) to NTSC composite and back.

    decoder: `notch` takes what is around the subcarrier from luma: dots crawl along upright colour edges.
    `comb` takes what changes sign from line to line of a field: dots hang below level colour edges.
    width: MHz of chroma that it keeps, and that a notch takes from luma on each side. phase: 0 or 1, of the
    first frame. sampling: MHz.
    Where nothing has colour or is finer than 3 MHz, nothing changes.
    """
    padded = np.pad(clip, ((0, 0), (0, 0), (_PAD, _PAD), (0, 0)), "edge")
    sine, cosine = _carriers(padded.shape[:3], phase, SUBCARRIER / sampling)
    y, u, v = split(padded)
    signal = low(y, BAND, sampling) + low(u, CHROMA, sampling) * sine + low(v, CHROMA, sampling) * cosine
    combs = decoder == "comb" and clip.shape[1] >= _LINES
    coloured, taken = (_combed(signal), _WIDE) if combs else (signal, width)
    u, v = (low(coloured * carrier * _TWICE, taken, sampling) for carrier in (sine, cosine))
    luma = signal - u * sine - v * cosine
    if combs:
        u, v = (low(plane, width, sampling) for plane in (u, v))
    return joined(luma, u, v)[:, :, _PAD:-_PAD]


def _carriers(shape: tuple[int, ...], phase: int, cycles: float) -> tuple[Plane, Plane]:
    """(N, H, W) each. A line has 227.5 cycles and a frame 525 lines, so that both end on half a cycle."""
    frames, height, width = shape
    angle = 2 * np.pi * cycles * np.arange(width)
    signs = _signs(frames, height, phase)[..., None]
    return signs * np.sin(angle).astype(np.float32), signs * np.cos(angle).astype(np.float32)


def _signs(frames: int, height: int, phase: int) -> NDArray[np.float32]:
    """(N, H): even rows are lines of the first field, odd rows come 263 lines after the ones above them."""
    row, frame = np.arange(height), np.arange(frames)[:, None]
    line = row // 2 + 263 * (row % 2) + 525 * frame + phase
    return (1 - 2 * (line % 2)).astype(np.float32)


def _combed(signal: Plane) -> Plane:
    """Half the difference to the line before in the same field, which has the subcarrier upside down."""
    before = [2, 3, *range(signal.shape[1] - 2)]
    return (signal - signal[:, before]) * _HALF
