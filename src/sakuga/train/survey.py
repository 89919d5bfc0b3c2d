"""The series of factors of a clip: made, measured, ranked, and laid out on a page on which a person chooses.

Source: AnimeSR (NeurIPS 2022), section 4.1 and figure 5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sakuga.engine.frame_engine import FrameEngine
from sakuga.media.atomic import replacing
from sakuga.media.plain import Rgb, read_rgb
from sakuga.metrics.luma import luma
from sakuga.train.excerpt import Reel
from sakuga.train.frames import SCALE
from sakuga.train.ranking import Ranked, Values, measured, ranked
from sakuga.train.rescale import Note, Rescaling, Sample, exact, series
from sakuga.train.rescale_page import page

PAGE = "rescale.html"
SERIES = "series.json"
STEP = 5
"""Of so many frames in a row one is measured."""
SIDE = 192
"""Of a crop of pseudo-HR."""
CROPS = 2
"""Of a frame."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One place at all factors."""

    name: str
    """Such as `0012/05, 300 right, 120 down`."""
    lq: Rgb
    """The real frame there, each pixel SCALE x SCALE times."""
    made: Mapping[float, Rgb]


@dataclass(frozen=True, slots=True)
class Survey:
    """All that there is to choose from."""

    order: Sequence[Ranked]
    """The best first."""
    sizes: Mapping[float, tuple[int, int]]
    """Factor -> (height, width) of what the network saw."""
    crops: Sequence[Crop]


def survey(
    reel: Reel, engine: FrameEngine, out: Path, told: Rescaling, on_note: Note, model: str | None = None
) -> Survey:
    """Make the series and write `rescale.html` and `series.json`; a second time only what is not there.

    model: as the page names it, None for what the engine says. Raises InputError for a clip that cannot be
    used, and OutputError.
    """
    values: dict[float, Values] = {}
    shown: dict[float, list[Sample]] = {}
    for factor, samples in series(reel, engine, out, told, on_note):
        some = samples[::-1][::STEP]
        values[factor] = measured((read_rgb(each.pseudo_hr), each.lq) for each in some)
        shown[factor] = _last(samples)
    first = next(iter(shown.values()))
    sizes = {factor: exact(first[0].lq.shape[:2], factor) for factor in shown}
    found = Survey(ranked(values), sizes, _crops(shown))
    with replacing(out / SERIES) as partial:
        partial.write_text(json.dumps(_series(found, engine), indent=1), encoding="utf-8")
    with replacing(out / PAGE) as partial:
        partial.write_text(page(reel, model or engine.report.model, out, found), encoding="utf-8")
    return found


def _last(samples: Sequence[Sample]) -> list[Sample]:
    """The last frame of each run, of which the network has seen most."""
    return list({each.name.partition("/")[0]: each for each in samples}.values())


def _series(found: Survey, engine: FrameEngine) -> Mapping[str, object]:
    return {
        "model": engine.report.model,
        "scale": engine.scale,
        "factors": [
            {
                "factor": each.factor,
                "height": found.sizes[each.factor][0],
                "width": found.sizes[each.factor][1],
                "rank": place,
                "values": {name: _number(value) for name, value in each.values.items()},
                "ranks": dict(each.ranks),
            }
            for place, each in enumerate(found.order, start=1)
        ],
    }


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return value if value == value else None


def _crops(shown: Mapping[float, Sequence[Sample]]) -> list[Crop]:
    crops: list[Crop] = []
    for which, sample in enumerate(next(iter(shown.values()))):
        made = {factor: read_rgb(samples[which].pseudo_hr) for factor, samples in shown.items()}
        lq = sample.lq.repeat(SCALE, 0).repeat(SCALE, 1)
        for top, left in places(list(made.values())):
            part = slice(top, top + SIDE), slice(left, left + SIDE)
            name = f"{sample.name}, {left} right, {top} down"
            crops.append(Crop(name, lq[part], {factor: each[part] for factor, each in made.items()}))
    return crops


def places(pictures: Sequence[Rgb], side: int = SIDE, count: int = CROPS) -> list[tuple[int, int]]:
    """(top, left) of crops where pictures (H, W, 3) of one size differ most, apart from each other."""
    spread = np.std([luma(picture) for picture in pictures], 0)
    height, width = (min(side, length) for length in spread.shape)
    sums = np.zeros(np.add(spread.shape, 1))
    sums[1:, 1:] = spread.cumsum(0).cumsum(1)
    room = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    found: list[tuple[int, int]] = []
    while len(found) < count and np.isfinite(room).any():
        top, left = (int(place) for place in np.unravel_index(np.argmax(room), room.shape))
        found.append((top, left))
        room[max(0, top - height + 1) : top + height, max(0, left - width + 1) : left + width] = -np.inf
    return found
