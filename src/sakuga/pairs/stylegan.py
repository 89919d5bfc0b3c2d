"""Pairs of two StyleGAN2 generators that are one before and after it learned a style.

Source: Scenimefy (Jiang et al., ICCV 2023), section 3.1: one style makes a photo in the first and a drawing
in the second. Its released code let both draw noise of their own, so that fine detail differed; here they
share it. Weights between both generators give drawings of a lower degree (Pinkney and Adler, "Resolution
dependent GAN interpolation for controllable image synthesis", 2020, here over all layers).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sakuga.degrade.clip import stream
from sakuga.errors import InputError
from sakuga.media.plain import Rgb
from sakuga.models import cache
from sakuga.models.derived import freeze
from sakuga.models.generators import between, read
from sakuga.models.stylegan2 import LATENT, StyleGAN2, truncated
from sakuga.pairs.source import Pair, Told

STYLES = 4096
"""Whose mean is the centre that styles are drawn to."""
AT_ONCE = 512


class StyleGANPairs:
    """`count` pairs for each degree, of two files of weights."""

    def __init__(
        self,
        photo: Path,
        anime: Path,
        count: int,
        *,
        seed: int = 0,
        truncation: float = 0.7,
        degrees: Sequence[float] = (1.0,),
        device: str = "cpu",
    ) -> None:
        """truncation: how far from the mean style others stay, 0..1; degrees: of the style, 0..1.

        Raises InputError for numbers that cannot be, WeightsError for files that are no two of a kind.
        """
        _demand(count, truncation, degrees)
        self._files, self._count, self._seed = (photo, anime), count, seed
        self._truncation, self._degrees = truncation, tuple(degrees)
        self._device = torch.device(device)
        first, last = read(photo), read(anime)
        made = {degree: between(first, last, degree) for degree in self._degrees}
        self._photo, self._drawn = self._ready(first), {d: self._ready(each) for d, each in made.items()}

    @property
    def told(self) -> Told:
        """The files by their hashes, and all numbers but `count`: more pairs can be made later."""
        return {
            "source": "stylegan",
            "files": [path.name for path in self._files],
            "sha256": self._hashes,
            "seed": self._seed,
            "truncation": self._truncation,
            "degrees": list(self._degrees),
        }

    def __len__(self) -> int:
        return self._count * len(self._degrees)

    def name(self, index: int) -> str:
        """The number of the style, and the degree where there are several."""
        style, degree = divmod(index, len(self._degrees))
        return f"{style:06}" + (
            f"-{round(1000 * self._degrees[degree]):04}" if len(self._degrees) > 1 else ""
        )

    @torch.inference_mode()
    def pair(self, index: int) -> Pair:
        """Of `size` x `size` pixels of the generators."""
        style, which = divmod(index, len(self._degrees))
        degree = self._degrees[which]
        chance = stream(self._seed, style)
        z = torch.as_tensor(chance.standard_normal((1, LATENT), np.float32), device=self._device)
        maps = torch.Generator().manual_seed(int(chance.integers(2**62)))
        noise = [each.to(self._device) for each in self._photo.draw_noise(maps)]
        w = truncated(self._photo.map(z), self._centre, self._truncation)
        photo, anime = (_pixels(network(w, noise)) for network in (self._photo, self._drawn[degree]))
        return Pair(photo, anime, {"seed": self._seed, "style": style, "degree": degree})

    @cached_property
    def _hashes(self) -> list[str]:
        return [cache.sha256(path) for path in self._files]

    @cached_property
    def _centre(self) -> Tensor:
        """The mean style (1, 512), the same for every seed."""
        chance = torch.Generator().manual_seed(0)
        latents = (torch.randn(AT_ONCE, LATENT, generator=chance) for _ in range(STYLES // AT_ONCE))
        means = [self._photo.map(each.to(self._device)).mean(0, keepdim=True) for each in latents]
        return torch.stack(means).mean(0)

    def _ready(self, network: StyleGAN2) -> StyleGAN2:
        freeze(network)
        return network.to(self._device)


def _pixels(picture: Tensor) -> Rgb:
    levels = ((picture[0].float() + 1) / 2).clamp(0, 1).mul(255).round()
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy().astype(np.uint8))


def _demand(count: int, truncation: float, degrees: Sequence[float]) -> None:
    if count < 1:
        raise InputError(f"--count is {count}; it is a number of pairs, 1 or more.")
    if not 0 <= truncation <= 1:
        raise InputError(f"--truncation is {truncation:g}; it is a number from 0 to 1.")
    if not degrees or not all(0 <= degree <= 1 for degree in degrees) or len(set(degrees)) < len(degrees):
        told = ",".join(f"{degree:g}" for degree in degrees)
        raise InputError(f"--degrees {told}: they are different numbers from 0 to 1, such as 0.5,1.")
