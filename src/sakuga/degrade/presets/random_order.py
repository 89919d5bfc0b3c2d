"""BSRGAN's degradation: two blurs, a reduction, noise and JPEG in any order, and JPEG at the end.

Source: Zhang, Liang, Van Gool and Timofte, "Designing a Practical Degradation Model for Deep Blind Image
Super-Resolution", ICCV 2021, section 3: kinds, ranges and probabilities, for scales 2 and 4.
Assumptions: the axes of oblong blurs are variances, as in its code; a reduction by a/s and then to 1/s is one
step of the shuffle; noise that is tied between channels has the covariance U L U', U evenly any rotation.
Departures: its camera noise is left out, as drawings were not photographed; a reduction to every s-th pixel
of sides that are no multiples of s is off by part of a pixel at their ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from sakuga.degrade.chance import Choice, Root, Uniform, Whole, seed
from sakuga.degrade.parts import Blur, Codecs, Coding, Noise, Resize, ToResult
from sakuga.degrade.preset import ByScale, Maybe, OneOf, Op, Place, Preset, Row, Shuffled, Step


@dataclass(frozen=True, slots=True)
class TiedNoise:
    """Gaussian noise whose channels follow each other, in levels of 255."""

    sigma: float

    def draw(self, place: Place) -> Iterator[Step]:
        """Its covariance is sigma^2 U L U' with L from 0 to 1: the shares are U times the root of L."""
        lengths = [sqrt(place.chance.random()) for _ in range(3)]
        rows = _rotation(*place.chance.standard_normal(4).tolist())
        mix = [[part * length for part, length in zip(row, lengths, strict=True)] for row in rows]
        told = {"sigma": [self.sigma], "grey": [False], "mix": mix, "seed": seed(place.chance)}
        yield Step("gaussian", told)


def _rotation(a: float, b: float, c: float, d: float) -> list[list[float]]:
    """Of a quaternion; plain arithmetic, as a library's decomposition may differ between processors."""
    n = 2 / (a * a + b * b + c * c + d * d)
    return [
        [1 - n * (c * c + d * d), n * (b * c - a * d), n * (b * d + a * c)],
        [n * (b * c + a * d), 1 - n * (b * b + d * d), n * (c * d - a * b)],
        [n * (b * d - a * c), n * (c * d + a * b), 1 - n * (b * b + c * c)],
    ]


JPEG = Codecs((Coding("jpeg", 1.0, Whole(30, 95)),))
ROUND, OBLONG = (Choice((("gaussian", oblong),)) for oblong in (False, True))
NOISE = OneOf(((0.8, Noise(Whole(1, 25), grey=0.5)), (0.2, TiedNoise(25))))
SMOOTH = Choice(("bilinear", "bicubic"))


def reduction(scale: int) -> OneOf:
    """One of four ways, each as likely; with every pixel of that number goes a blur around those left out."""
    before = Blur(
        Uniform(0.1, 0.6 * scale), sinc=0.0, sizes=Choice((21,)), families=ROUND, shift=(scale - 1) / 2
    )
    there = Resize(
        up=Uniform(1, 1), down=Uniform(0.5, scale), weights=(0, 1, 0), of_result=True, modes=SMOOTH
    )
    nearest = Row((before, ToResult(modes=Choice(("nearest",)))))
    both = Row((there, ToResult(modes=SMOOTH)))
    return OneOf(((0.25, nearest), (0.5, ToResult(modes=SMOOTH)), (0.25, both)))


def shuffled(scale: int, widest: float, longest: float) -> Shuffled:
    """The shuffle of one scale; widest: deviation of round blurs; longest: variance of oblong ones."""
    return Shuffled(
        (
            Blur(Uniform(0.1, widest), sinc=0.0, families=ROUND),
            Blur(Root(Uniform(0.5, longest)), sinc=0.0, families=OBLONG),
            reduction(scale),
            NOISE,
            Maybe(0.75, JPEG),
        )
    )


TWO, FOUR = shuffled(2, 2.4, 6), shuffled(4, 2.8, 8)
HALF = Resize(up=Uniform(1, 1), down=Uniform(0.5, 0.5), weights=(0, 1, 0), modes=SMOOTH)

RANDOM_ORDER = Preset(
    name="random-order",
    part=Row((ByScale({2: TWO, 4: OneOf(((0.75, FOUR), (0.25, Row((HALF, TWO)))))}), JPEG, Op("round"))),
    note="Two blurs, a reduction, noise and JPEG in any order, for real photographs.",
    source="BSRGAN, ICCV 2021, section 3",
)
