"""BSRGAN's degradation: two blurs, a resize, noise and JPEG in any order, and JPEG at the end.

Source: Zhang, Liang, Van Gool and Timofte, "Designing a practical degradation model for deep blind image
super-resolution", ICCV 2021, section 3, its numbers for scale 4.
Departures: its camera noise is left out, as nothing here was photographed, and so is noise that is correlated
between channels; reducing to half and on counts as one of the ways to resize.
"""

from __future__ import annotations

from sakuga.degrade.chance import Choice, Uniform, Whole
from sakuga.degrade.parts import Blur, Codecs, Coding, Noise, Resize, ToResult
from sakuga.degrade.preset import Maybe, OneOf, Op, Preset, Row, Shuffled

JPEG = Codecs((Coding("jpeg", 1.0, Whole(30, 95)),))
ISO = Blur(Uniform(0.1, 2.8), sinc=0.0, families=Choice((("gaussian", False),)))
ANISO = Blur(Uniform(0.5, 8), sinc=0.0, families=Choice((("gaussian", True),)))
MODES = Choice(("nearest", "bilinear", "bicubic"))
TWICE = Row(
    (Resize(up=Uniform(1, 1), down=Uniform(0.25, 1), weights=(0, 1, 0), modes=MODES), ToResult(modes=MODES))
)

RANDOM_ORDER = Preset(
    name="random-order",
    part=Row(
        (
            Shuffled(
                (
                    ISO,
                    ANISO,
                    OneOf(((0.75, ToResult(modes=MODES)), (0.25, TWICE))),
                    Noise(Uniform(1, 25), grey=0.5),
                    Maybe(0.75, JPEG),
                )
            ),
            ToResult(modes=MODES),
            JPEG,
            Op("round"),
        )
    ),
    note="Blur, resize, noise and JPEG in any order.",
    source="BSRGAN, ICCV 2021, section 3",
)
