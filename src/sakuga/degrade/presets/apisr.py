"""APISR's prediction-oriented compression with shuffled resizes.

Source: APISR (CVPR 2024), section 3.2, with the numbers of its released code: blur and noise as in
Real-ESRGAN, but no last sinc filter; a resize stands before the blur, between blur and noise, or before the
codec, never after one; the second codec is a video's, on a single picture. Scale 2 has no second resize.
Departures: pictures are RGB, where the released code trains on BGR, so that grey noise weighs red and blue
rightly; codecs run in memory and are given rounded pixels, where WebP was given cut ones; JPEG is Pillow's;
MPEG-2 and MPEG-4 have no speed, which does nothing there, and MPEG-4 is FFmpeg's own encoder; AVIF is
Pillow's, with its own scale of quality.
"""

from __future__ import annotations

from sakuga.degrade.chance import Choice, Uniform, Whole
from sakuga.degrade.parts import Blur, Codecs, Coding, Noise, Resize, ToResult
from sakuga.degrade.preset import Among, AtScale, Maybe, Op, Preset, Row

QUALITY = Whole(20, 95)
EFFORT = {"effort": Whole(0, 6)}
SPEED = {
    "preset": Choice(("slow", "medium", "fast", "faster", "superfast"), (0.05, 0.35, 0.30, 0.20, 0.10)),
}
WEIGHTS = (0.2, 0.7, 0.1)

FIRST = Codecs((Coding("jpeg", 0.4, QUALITY), Coding("webp", 0.6, QUALITY, EFFORT)))
SECOND = Codecs(
    (
        Coding("jpeg", 0.06, QUALITY),
        Coding("webp", 0.10, QUALITY, EFFORT),
        Coding("avif", 0.10, QUALITY),
        Coding("mpeg2", 0.12, Whole(8, 31)),
        Coding("mpeg4", 0.12, Whole(8, 31)),
        Coding("h264", 0.30, Whole(23, 38), SPEED),
        Coding("h265", 0.20, Whole(28, 42), SPEED),
    )
)

APISR = Preset(
    name="apisr",
    part=Row(
        (
            Among(
                Resize(up=Uniform(1, 1.2), down=Uniform(0.1, 1), weights=WEIGHTS),
                (Blur(Uniform(0.2, 3)), Noise(Uniform(1, 30), Uniform(0.05, 3))),
                places=3,
            ),
            FIRST,
            Among(
                AtScale(
                    4,
                    Resize(up=Uniform(1, 1.2), down=Uniform(0.15, 1), weights=WEIGHTS, of_result=True),
                ),
                (Maybe(0.8, Blur(Uniform(0.2, 1.5))), Noise(Uniform(1, 25), Uniform(0.05, 2.5))),
                places=3,
            ),
            ToResult(),
            Op("round"),
            SECOND,
        )
    ),
    note="Prediction-oriented compression and shuffled resizes, for single pictures of television anime.",
    source="APISR, CVPR 2024, section 3.2",
)
