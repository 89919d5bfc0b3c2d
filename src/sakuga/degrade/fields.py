"""Pictures of two fields, the even and the odd lines, from two moments: how film came to television.

Operators keep the number of frames, so that each still belongs to its clean one. What comes after the last,
or before the first, is not known: there the nearest one is taken, moved by `shift`, so that single pictures
comb, too, as under a camera that moves.
Source: SMPTE's 3:2 pulldown of film at 24 to video at 30 pictures a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sakuga.degrade.clip import Clip, moved


def interlaced(clip: Clip, *, first: str = "top", shift: Sequence[float] = (2.0, 0.0)) -> Clip:
    """The later field of each picture is that of the next: a transfer that is a field out of step.

    first: `top` or `bottom`, the field that stays. shift: pixels right and down, see above.
    """
    late = np.concatenate((clip[1:], moved(clip[-1:], *shift)))
    return _woven(clip, late, 1 if first == "top" else 0)


def telecined(clip: Clip, *, phase: int = 0, late: bool = True, shift: Sequence[float] = (2.0, 0.0)) -> Clip:
    """Film in 3:2 that went back to 24 pictures a second by dropping each fifth, whatever its fields were.

    Of A B C D became AA BB BC CD DD; without BC (`late`) the third has the bottom field of the fourth,
    without CD the top field of the second. phase: 0..3, the place of the first frame among A B C D.
    """
    combed = ((np.arange(len(clip)) + phase) % 4 == 2)[:, None, None, None]
    if late:
        other = np.concatenate((clip[1:], moved(clip[-1:], *shift)))
    else:
        other = np.concatenate((moved(clip[:1], *(-part for part in shift)), clip[:-1]))
    return np.where(combed, _woven(clip, other, int(late)), clip)


def pulldown(clip: Clip) -> Clip:
    """Five pictures for each four of film, A, B, B with C, C with D, D; what fills no four is cut."""
    start = 4 * np.arange(len(clip) // 4)[:, None]
    top, bottom = ((start + np.array(places)).ravel() for places in ((0, 1, 1, 2, 3), (0, 1, 2, 3, 3)))
    return _woven(clip[top], clip[bottom], 1)


def weave(clip: Clip, *, first: str = "top") -> Clip:
    """One picture for each two moments, as a video camera makes them; N is N // 2."""
    pairs = len(clip) // 2 * 2
    return _woven(clip[:pairs:2], clip[1:pairs:2], 1 if first == "top" else 0)


def _woven(clip: Clip, other: Clip, parity: int) -> Clip:
    """Lines of that parity from the other clip."""
    woven = clip.copy()
    woven[:, parity::2] = other[:, parity::2]
    return woven
