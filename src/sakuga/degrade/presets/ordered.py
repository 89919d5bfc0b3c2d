"""APISR's prediction-oriented compression alone: its resizes stay where Real-ESRGAN has them.

Source: APISR (CVPR 2024), Table 3, third row; the paper gives no numbers of its own for it, so that they are
those of `apisr`, with each resize between blur and noise.
"""

from __future__ import annotations

from sakuga.degrade.chance import Uniform
from sakuga.degrade.parts import Blur, Noise, Resize, ToResult
from sakuga.degrade.preset import AtScale, Maybe, Op, Preset, Row
from sakuga.degrade.presets.apisr import FIRST, SECOND, WEIGHTS

ORDERED = Preset(
    name="apisr-ordered",
    part=Row(
        (
            Blur(Uniform(0.2, 3)),
            Resize(up=Uniform(1, 1.2), down=Uniform(0.1, 1), weights=WEIGHTS),
            Noise(Uniform(1, 30), Uniform(0.05, 3)),
            FIRST,
            Maybe(0.8, Blur(Uniform(0.2, 1.5))),
            AtScale(
                4,
                Resize(up=Uniform(1, 1.2), down=Uniform(0.15, 1), weights=WEIGHTS, of_result=True),
            ),
            Noise(Uniform(1, 25), Uniform(0.05, 2.5)),
            ToResult(),
            Op("round"),
            SECOND,
        )
    ),
    note="Prediction-oriented compression with resizes in one place, to compare with.",
    source="APISR, CVPR 2024, Table 3",
)
