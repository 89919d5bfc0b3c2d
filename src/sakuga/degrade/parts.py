"""The parts that published presets share: blur, noise, resizes and codecs with their ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import pi

from sakuga.degrade.chance import Choice, Distribution, Either, Uniform, Whole, happens, seed
from sakuga.degrade.operators import Value
from sakuga.degrade.preset import Place, Step

Family = tuple[str, bool]
"""Profile of a kernel, and whether it is oblong."""

FAMILIES: Choice[Family] = Choice(
    [(profile, oblong) for profile in ("gaussian", "generalized", "plateau") for oblong in (False, True)],
    (0.45, 0.25, 0.12, 0.03, 0.12, 0.03),
)
"""Real-ESRGAN's."""
SHAPES: Mapping[str, Distribution[float]] = {
    "gaussian": Uniform(1, 1),
    "generalized": Either(Uniform(0.5, 1), Uniform(1, 4)),
    "plateau": Either(Uniform(1, 1), Uniform(1, 2)),
}
"""Beta of each profile."""
SIZES = Whole(7, 21, 2)
"""Of kernels."""
MODES = Choice(("area", "bilinear", "bicubic"))


@dataclass(frozen=True, slots=True)
class Blur:
    """A kernel of some family, or now and then a sinc."""

    sigma: Distribution[float]
    sigma_y: Distribution[float] | None = None
    """Of oblong kernels, where it differs from `sigma`."""
    sinc: float = 0.1
    """How often it is one."""
    sizes: Distribution[int] = SIZES
    families: Distribution[Family] = FAMILIES
    cutoff: Distribution[float] | None = None
    """Of sincs, where it does not follow from their size."""
    shift: float = 0.0

    def draw(self, place: Place) -> Iterator[Step]:
        size = self.sizes.draw(place.chance)
        if happens(self.sinc, place.chance):
            cutoffs = self.cutoff or Uniform(pi / 3 if size < 13 else pi / 5, pi)
            yield Step("blur", {"kind": "sinc", "size": size, "cutoff": cutoffs.draw(place.chance)})
            return
        profile, oblong = self.families.draw(place.chance)
        x = y = self.sigma.draw(place.chance)
        told: dict[str, Value] = {"kind": profile, "size": size, "beta": SHAPES[profile].draw(place.chance)}
        if oblong:
            y = (self.sigma_y or self.sigma).draw(place.chance)
            told["rotation"] = Uniform(-pi, pi).draw(place.chance)
        if self.shift:
            told["shift"] = self.shift
        yield Step("blur", {**told, "sigma_x": x, "sigma_y": y})


@dataclass(frozen=True, slots=True)
class Noise:
    """Gaussian or Poisson noise, the same for all frames."""

    sigma: Distribution[float]
    """Of Gaussian noise, in levels of 255."""
    scale: Uniform | None = None
    """Of Poisson noise; None for none."""
    grey: float = 0.4
    """How often all channels have the same."""
    gaussian: float = 0.5
    """How often it is Gaussian, where it can be either."""

    def draw(self, place: Place) -> Iterator[Step]:
        chance = place.chance
        if self.scale is None or happens(self.gaussian, chance):
            sigma, grey = self.sigma.draw(chance), happens(self.grey, chance)
            yield Step("gaussian", {"sigma": [sigma], "grey": [grey], "seed": seed(chance)})
        else:
            scale, grey = self.scale.draw(chance), happens(self.grey, chance)
            yield Step("poisson", {"scale": scale, "grey": grey, "seed": seed(chance)})


@dataclass(frozen=True, slots=True)
class FrameNoise:
    """Gaussian noise whose strength and colour are drawn anew for each frame."""

    sigma: Uniform
    grey: float
    shared: bool
    """Whether grey frames have one pattern."""

    def draw(self, place: Place) -> Iterator[Step]:
        sigma = [self.sigma.draw(place.chance) for _ in range(place.frames)]
        grey = [happens(self.grey, place.chance) for _ in range(place.frames)]
        told = {"sigma": sigma, "grey": grey, "shared": self.shared, "seed": seed(place.chance)}
        yield Step("gaussian", told)


@dataclass(frozen=True, slots=True)
class Resize:
    """Larger, smaller or as it is."""

    up: Uniform
    """Factor where it gets larger."""
    down: Uniform
    weights: tuple[float, float, float]
    """Of up, down and keep."""
    of_result: bool = False
    """Whether the factor is one of the size that comes out, and decides about the size alone; else it is one
    of the size before, and decides where samples lie, too, as in published code."""
    modes: Distribution[str] = MODES

    def draw(self, place: Place) -> Iterator[Step]:
        ways: Choice[Uniform] = Choice((self.up, self.down, Uniform(1, 1)), self.weights)
        factor, mode = ways.draw(place.chance).draw(place.chance), self.modes.draw(place.chance)
        if self.of_result:
            height, width = (max(1, int(side / place.scale * factor)) for side in place.whole)
            yield place.resized(height, width, mode)
        else:
            height, width = int(place.height * factor), int(place.width * factor)
            exact = factor if min(height, width) > 0 else None
            yield place.resized(max(1, height), max(1, width), mode, exact)


@dataclass(frozen=True, slots=True)
class ToResult:
    """To the size that comes out."""

    modes: Distribution[str] = MODES

    def draw(self, place: Place) -> Iterator[Step]:
        yield place.resized(*place.small, self.modes.draw(place.chance))


@dataclass(frozen=True, slots=True)
class Coding:
    """One codec among some."""

    codec: str
    weight: float
    quality: Distribution[float]
    settings: Mapping[str, Distribution[str] | Distribution[int]] | None = None


@dataclass(frozen=True, slots=True)
class Codecs:
    """Compression by one of some codecs."""

    codings: Sequence[Coding]
    together: bool = False
    """Whether a clip is compressed as a film."""

    def draw(self, place: Place) -> Iterator[Step]:
        weights = [coding.weight for coding in self.codings]
        coding = Choice(self.codings, weights).draw(place.chance)
        told: dict[str, Value] = {"codec": coding.codec, "quality": coding.quality.draw(place.chance)}
        for name, distribution in (coding.settings or {}).items():
            told[name] = distribution.draw(place.chance)
        yield Step("codec", {**told, "together": self.together})


@dataclass(frozen=True, slots=True)
class Learned:
    """Halving to the size that comes out, by learned operators where there are any, and by resizes.

    Each halving is learned with `probability`; all of a sample's are the same operator's.
    """

    probability: float

    def draw(self, place: Place) -> Iterator[Step]:
        chosen = int(place.chance.integers(place.learned)) if place.learned else 0
        for _ in range(place.scale.bit_length() - 1):
            learned = happens(self.probability, place.chance) and place.learned > 0
            whole = min(place.height, place.width) > 1
            half = max(1, place.height // 2), max(1, place.width // 2)
            resized = place.resized(*half, MODES.draw(place.chance))
            yield Step("learned", {"index": chosen}) if learned and whole else resized
        if (place.height, place.width) != place.small:
            yield place.resized(*place.small, MODES.draw(place.chance))
