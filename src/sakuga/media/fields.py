"""Whether a video's pictures are whole, or two moments woven line by line: judged by the pictures themselves.

A picture has a top field (its even lines) and a bottom field (its odd ones). Where something moves, fields of
one moment fit together and fields of two moments comb. Each bottom field is tried with the top field beside
it, with the one after and (by its own top) with the one before; which fit tells how the video was made.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.colour import planes
from sakuga.media.pulldown import pulled
from sakuga.media.samples import runs

Scan = Literal["progressive", "interlaced", "telecined", "mixed", "unknown"]
"""`mixed`: fields out of step in some places or all, but no steady 3:2; `unknown`: too little moves."""
Parity = Literal["tff", "bff"]
Fit = Literal["whole", "tff", "bff", "next top", "next bottom"]

_MOVED = 12.0
"""Levels of 255 by which a pixel differs from one picture to the next where it moved; codec noise is less."""
_LEAST = 48
"""Moved pixels that a verdict needs."""
_CLEAR = 0.5
"""Levels by which one way of pairing must be worse than another."""
_EVIDENCE = 6
"""Pictures with a verdict that a video's verdict needs."""
_COLUMNS = 512
_ALONG = 5
"""Pixels of a line that are averaged against grain; lines stay apart."""

Luma = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fields:
    """How the pictures of one video are made of fields."""

    scan: Scan
    parity: Parity = "tff"
    """Which field is the earlier one."""
    judged: int = 0
    """Pictures in which enough moved to tell."""
    combed: float = 0.0
    """Share of these that hold two moments."""
    pulled: float = 0.0
    """Share of all pictures that are whole, but shown for three fields and two in turn."""


def fields_of(path: Path) -> Fields:
    """Judge the video at `path` from runs of its frames; `unknown` where it is not luma and chroma."""
    fits, flagged, seen = list[list[Fit | None]](), 0, 0
    for run in runs(path):
        fits.append(_fits(run))
        here, of = pulled([float(it.pts * it.time_base) for it in run if it.pts is not None and it.time_base])
        flagged, seen = flagged + here, seen + of
    return replace(judge([fit for fit in fits if fit]), pulled=flagged / max(1, seen))


def judge(found: Sequence[Sequence[Fit | None]]) -> Fields:
    """The verdict on a video from the fits of its runs, in order; None where a picture tells nothing."""
    count = Counter(fit for run in found for fit in run if fit)
    total = count.total()
    if total < _EVIDENCE:
        return Fields("unknown", judged=total)
    whole, woven = count["whole"] / total, (count["tff"] + count["bff"]) / total
    shifted = (count["next top"] + count["next bottom"]) / total
    parity: Parity = (
        "bff" if count["bff"] + count["next bottom"] > count["tff"] + count["next top"] else "tff"
    )
    ways = {"tff": count["tff"] + count["next top"], "bff": count["bff"] + count["next bottom"]}
    if whole >= 0.9 or whole + woven * _opposed(ways) >= 0.95:
        return Fields("progressive", judged=total, combed=1 - whole)
    if woven >= 0.6 and whole < 0.25 and shifted < 0.2:
        return Fields("interlaced", parity, total, 1 - whole)
    if shifted >= 0.15 and _steady(found, parity):
        return Fields("telecined", parity, total, 1 - whole)
    return Fields("mixed", parity, total, 1 - whole)


def _opposed(ways: dict[str, int]) -> float:
    """1 where both parities are found alike, which no camera makes; 0 where one is found alone."""
    return min(ways.values()) / max(*ways.values(), 1)


def _steady(found: Sequence[Sequence[Fit | None]], parity: Parity) -> bool:
    """Whether nearly all runs follow 3:2: of each five pictures the same two hold two moments.

    Of a cycle A B C D, the pictures AA BB BC CD DD fit: whole, woven or whole, next, next, whole.
    """
    late = "next top" if parity == "tff" else "next bottom"
    allowed: tuple[tuple[str, ...], ...] = (
        ("whole",),
        ("whole", parity),
        (late, parity),
        (late,),
        ("whole", parity),
    )
    right = seen = 0
    for run in found:
        told = [(index, fit) for index, fit in enumerate(run) if fit]
        right += max(sum(fit in allowed[(i + phase) % 5] for i, fit in told) for phase in range(5))
        seen += len(told)
    return right >= 0.85 * seen


def _fits(frames: Sequence[av.VideoFrame]) -> list[Fit | None]:
    lumas = [luma for luma in map(_luma, frames) if luma is not None]
    if len(lumas) != len(frames) or len({luma.shape for luma in lumas}) != 1:
        return []
    return [fit(this, after) for this, after in itertools.pairwise(lumas)]


def fit(this: Luma, after: Luma) -> Fit | None:
    """How the fields of `this` fit to each other and to those of the picture `after`; None if nothing moves.

    Both (H, W), H even, levels 0..255.
    """
    top, bottom, next_top, next_bottom = this[::2], this[1::2], after[::2], after[1::2]
    moved = np.maximum(np.abs(next_top - top), np.abs(next_bottom - bottom)) > _MOVED
    moved = cv2.dilate(moved.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if np.count_nonzero(moved) < max(_LEAST, moved.size // 2000):
        return None
    own = _comb(top, bottom, moved)
    late_top = _comb(next_top, bottom, moved) - own
    late_bottom = _comb(top, next_bottom, moved) - own
    return _verdict(own, late_top, late_bottom)


def _verdict(own: float, late_top: float, late_bottom: float) -> Fit | None:
    """From the combing of a picture, and how much worse it gets with either field of the next one."""
    near, far = sorted((late_top, late_bottom), key=abs)
    least = _CLEAR + 0.08 * own
    if max(late_top, late_bottom) >= least and min(late_top, late_bottom) > 0.4 * max(late_top, late_bottom):
        return "whole"
    if min(late_top, late_bottom) < -least and max(late_top, late_bottom) > -0.3 * abs(far):
        return "next top" if late_top < late_bottom else "next bottom"
    if far >= least and abs(near) < 0.35 * far:
        return "tff" if late_bottom > late_top else "bff"
    return None


def _comb(top: Luma, bottom: Luma, where: NDArray[np.bool_]) -> float:
    """Mean distance of each line from the middle of the two lines of the other field around it."""
    below = np.abs(bottom[:-1] - (top[:-1] + top[1:]) / 2)
    above = np.abs(top[1:] - (bottom[:-1] + bottom[1:]) / 2)
    return float(((below + above) * where[1:]).sum() / max(1, np.count_nonzero(where[1:])))


def _luma(frame: av.VideoFrame) -> Luma | None:
    """Luma in levels of 255, at most `_COLUMNS` columns, no line mixed with another."""
    kind = frame.format
    if kind.is_rgb or kind.has_palette or not kind.is_planar or frame.height < 16:
        return None
    plane = planes(frame)[0]
    step = max(1, round(plane.shape[1] / _COLUMNS))
    levels = plane[: frame.height // 2 * 2, ::step] / np.float32(1 << (kind.components[0].bits - 8))
    return np.asarray(cv2.blur(levels.astype(np.float32), (_ALONG, 1)), np.float32)
