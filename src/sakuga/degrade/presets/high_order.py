"""Real-ESRGAN's high-order degradation: blur, resize, noise and JPEG twice, and a last sinc filter.

Source: Real-ESRGAN (ICCVW 2021), section 3, with the numbers of its published options for scale 4.
Departures: JPEG is a real one, of whole qualities, where it has one that can be differentiated; whole
pictures are degraded, where it degrades patches of 400 pixels.
"""

from __future__ import annotations

from math import pi

from sakuga.degrade.chance import Uniform, Whole
from sakuga.degrade.parts import Blur, Codecs, Coding, Noise, Resize, ToResult
from sakuga.degrade.preset import Maybe, OneOf, Op, Preset, Row

JPEG = Codecs((Coding("jpeg", 1.0, Whole(30, 95)),))
SINC = Maybe(0.8, Blur(Uniform(1, 1), sinc=1.0, cutoff=Uniform(pi / 3, pi)))

HIGH_ORDER = Preset(
    name="high-order",
    part=Row(
        (
            Blur(Uniform(0.2, 3)),
            Resize(up=Uniform(1, 1.5), down=Uniform(0.15, 1), weights=(0.2, 0.7, 0.1)),
            Noise(Uniform(1, 30), Uniform(0.05, 3)),
            JPEG,
            Maybe(0.8, Blur(Uniform(0.2, 1.5))),
            Resize(up=Uniform(1, 1.2), down=Uniform(0.3, 1), weights=(0.3, 0.4, 0.3), of_result=True),
            Noise(Uniform(1, 25), Uniform(0.05, 2.5)),
            OneOf(((0.5, Row((ToResult(), SINC, JPEG))), (0.5, Row((JPEG, ToResult(), SINC))))),
            Op("round"),
        )
    ),
    note="Two rounds of blur, resize, noise and JPEG, for real photographs.",
    source="Real-ESRGAN, ICCVW 2021, section 3",
)
