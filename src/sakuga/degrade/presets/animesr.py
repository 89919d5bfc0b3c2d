"""AnimeSR's degradation of clips: blur, noise, halving twice, H.264; some halvings by learned operators.

Source: AnimeSR (NeurIPS 2022), sections 3.1 and 4.1, with the numbers of its released code. Without learned
operators the size is reduced in one step (its first stage), with them in two (its last).
Departures: a failed encoding raises, where the released code went on with far too bright pictures; frames are
RGB. Grey noise has one pattern for all frames only in the last stage, as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sakuga.degrade.chance import Choice, Uniform
from sakuga.degrade.parts import Blur, Codecs, Coding, FrameNoise, Learned, ToResult
from sakuga.degrade.preset import Op, Part, Place, Preset, Row, Step


@dataclass(frozen=True, slots=True)
class ByPool:
    """One part where there are learned operators, another where there are none."""

    empty: Part
    filled: Part

    def draw(self, place: Place) -> Iterator[Step]:
        yield from (self.filled if place.learned else self.empty).draw(place)


BLUR = Blur(
    Uniform(0.2, 4),
    sigma_y=Uniform(0.8, 3),
    sinc=0.0,
    sizes=Choice((21,)),
    families=Choice((("gaussian", False), ("gaussian", True)), (0.7, 0.3)),
)
SIGMA = Uniform(0, 10)
H264 = Coding(
    "h264", 1.0, Uniform(18, 35), {"profile": Choice(("baseline", "main", "high"), (0.1, 0.2, 0.7))}
)

ANIMESR = Preset(
    name="animesr",
    part=Row(
        (
            BLUR,
            ByPool(
                Row(
                    (
                        FrameNoise(SIGMA, 0.5, shared=False),
                        ToResult(modes=Choice(("area", "bilinear", "bicubic"), (0.3, 0.3, 0.4))),
                    )
                ),
                Row((FrameNoise(SIGMA, 0.5, shared=True), Learned(probability=0.5))),
            ),
            Op("cut"),
            Codecs((H264,), together=True),
        )
    ),
    note="Blur, noise, reduction and H.264 over whole clips, with room for learned operators.",
    source="AnimeSR, NeurIPS 2022, sections 3.1 and 4.1",
    together=True,
)
