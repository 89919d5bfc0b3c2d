"""Draw what old television does to a drawing, one fault a cell, each pixel twice as large.

python benchmarks/faults.py [../shared/data] [--out faults.png]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import held
from sakuga.degrade.band import band
from sakuga.degrade.chroma import bleed
from sakuga.degrade.clip import Clip, to_clip, to_frames
from sakuga.degrade.composite import composite
from sakuga.degrade.deinterlacing import deinterlaced
from sakuga.degrade.fields import interlaced
from sakuga.degrade.halo import halo
from sakuga.degrade.operators import coded
from sakuga.degrade.tape import dropouts, jitter, streaks, switching

WIDTH, HEIGHT, COLUMNS, HEAD = 160, 120, 4, 24
FACE, FOOT = (216, 122), (200, 360)
"""Left and top of what is shown."""


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    make: Callable[[Clip], Clip]
    at: tuple[int, int] = FACE
    frame: int = 1


def _twice(clip: Clip, method: str) -> Clip:
    return deinterlaced(interlaced(clip), method=method)


FAULTS = (
    Fault("drawn", lambda clip: clip),
    Fault("halo", partial(halo, band=4.5, width=1.5, strength=0.6, upright=True)),
    Fault("composite, notch", partial(composite, decoder="notch")),
    Fault("the frame after it", partial(composite, decoder="notch"), frame=2),
    Fault("composite, comb", partial(composite, decoder="comb")),
    Fault("band of VHS", partial(band, luma=2.8, chroma=0.4)),
    Fault("bleed", partial(bleed, band=0.5, right=3.0, down=1.0)),
    Fault("jitter", partial(jitter, size=0.3, drift=0.8, seed=1)),
    Fault("streaks", partial(streaks, luma=4, chroma=7, seed=2)),
    Fault("switching", partial(switching, lines=8, size=30.0, seed=3), at=FOOT),
    Fault("dropouts", partial(dropouts, often=24, length=30.0, seed=4)),
    Fault("DVD, qscale 7", partial(coded, codec="mpeg2", quality=7, together=True)),
    Fault("interlaced", interlaced),
    Fault("then blended", partial(_twice, method="blend")),
    Fault("or bob", partial(_twice, method="bob")),
    Fault("or doubled", partial(_twice, method="double")),
)


def page(clip: Clip) -> Image.Image:
    across, down, font = 2 * WIDTH + 8, 2 * HEIGHT + HEAD, ImageFont.load_default(17)
    sheet = Image.new("RGB", (COLUMNS * across - 8, len(FAULTS) // COLUMNS * down), "white")
    pen = ImageDraw.Draw(sheet)
    for index, fault in enumerate(FAULTS):
        left, top = fault.at
        made = to_frames(fault.make(clip))[fault.frame, top : top + HEIGHT, left : left + WIDTH]
        cell = Image.fromarray(made).resize((2 * WIDTH, 2 * HEIGHT), Image.Resampling.NEAREST)
        place = index % COLUMNS * across, index // COLUMNS * down
        pen.text((place[0] + 2, place[1] + 1), fault.name, (30, 30, 30), font)
        sheet.paste(cell, (place[0], place[1] + HEAD))
    return sheet


def main() -> None:
    """Draw the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("faults.png"))
    given = parser.parse_args()
    stage = held.stage(given.data)
    # The figure moves against the background, so that fields comb.
    frames = [held.twos_close(stage, 2 * n) for n in range(4)]
    page(to_clip(np.stack([np.asarray(frame) for frame in frames]))).save(given.out, quality=80, method=6)


if __name__ == "__main__":
    main()
