"""A good copy of a drawing or a film from today's web: a little soft, reduced once, compressed once and well.

Source: none that is published. The other presets begin where a picture is already much worse; a network that
saw nothing else takes faint lines for noise. One in ten was not compressed.
"""

from __future__ import annotations

from sakuga.degrade.chance import Uniform, Whole
from sakuga.degrade.parts import Blur, Codecs, Coding, Resize, ToResult
from sakuga.degrade.preset import Maybe, Op, Preset, Row

RESIZED = Resize(up=Uniform(1, 1.5), down=Uniform(0.7, 1), weights=(0.5, 0.5, 0), of_result=True)

WEB = Preset(
    name="web",
    part=Row(
        (
            Maybe(0.6, Blur(Uniform(0.2, 1.5), sinc=0.0)),
            Maybe(0.3, RESIZED),
            ToResult(),
            Op("round"),
            Maybe(
                0.9,
                Codecs(
                    (
                        Coding("jpeg", 0.4, Whole(65, 97)),
                        Coding("webp", 0.15, Whole(65, 97)),
                        Coding("avif", 0.05, Whole(60, 95)),
                        Coding("h264", 0.3, Whole(16, 25)),
                        Coding("h265", 0.1, Whole(18, 28)),
                    ),
                    together=True,
                ),
            ),
        )
    ),
    note="A good copy from today's web: slightly soft, reduced once, compressed once and well.",
    source="none published",
    together=True,
)
