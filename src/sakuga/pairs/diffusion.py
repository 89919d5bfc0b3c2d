"""Pairs of photos and what a diffusion model draws over them, by img2img; the user brings the model.

Source: the wish of Scenimefy (ICCV 2023), section 5, for better pairs: real photos have no gap to the photos
that are translated later. Ho et al., "Denoising diffusion probabilistic models", 2020; Meng et al., "SDEdit",
ICLR 2022.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sakuga.degrade.clip import stream
from sakuga.degrade.folder import index_of
from sakuga.errors import InputError, ModelError
from sakuga.media.plain import Rgb, read_rgb
from sakuga.media.sources import by_name
from sakuga.pairs.source import Pair, Told

MULTIPLE = 8
"""Of the sides that such models draw."""
Pipeline = Callable[..., Any]
"""As those of diffusers: prompt, image, strength, guidance_scale and generator to what has `images`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How it draws; raises InputError where a value cannot be."""

    prompt: str = "anime background art, painted scenery"
    strength: float = 0.5
    """How much of the photo is drawn anew, 0..1."""
    guidance: float = 7.0
    """How much the prompt counts."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.strength <= 1:
            raise InputError(f"--redraw is {self.strength:g}; it is a number above 0, up to 1.")


class DiffusionPairs:
    """One for each photo."""

    def __init__(self, photos: Path, pipeline: Pipeline, model: str, how: Drawing) -> None:
        """model: what the pipeline is called. Raises InputError where there are no photos."""
        self._photos = by_name(photos)
        self._names = sorted(self._photos)
        self._pipeline, self._model, self._how = pipeline, model, how
        if not self._names:
            raise InputError(f"{photos} holds no photo.")

    @property
    def told(self) -> Told:
        """The model and how it draws."""
        how = self._how
        told = {"prompt": how.prompt, "strength": how.strength, "guidance": how.guidance, "seed": how.seed}
        return {"source": "diffusion", "model": self._model, **told}

    def __len__(self) -> int:
        return len(self._names)

    def name(self, index: int) -> str:
        """The photo's, with the folders on the way to it."""
        return self._names[index]

    def pair(self, index: int) -> Pair:
        """Raises ModelError where the pipeline fails, InputError where the photo cannot be read."""
        path = self._photos[self._names[index]]
        photo = _whole(read_rgb(path), path)
        place = index_of(Path(self._names[index]))
        seed = int(stream(self._how.seed, place).integers(2**31))
        anime = self._drawn(photo, seed)
        return Pair(photo, anime, {"files": [str(path)], "seed": seed})

    def _drawn(self, photo: Rgb, seed: int) -> Rgb:
        import torch

        how = self._how
        try:
            made = self._pipeline(
                prompt=how.prompt,
                image=Image.fromarray(photo),
                strength=how.strength,
                guidance_scale=how.guidance,
                generator=torch.Generator().manual_seed(seed),
            )
            drawn = made.images[0].convert("RGB").resize(photo.shape[1::-1], Image.Resampling.LANCZOS)
        except (AttributeError, IndexError, RuntimeError, TypeError, ValueError) as error:
            raise ModelError(f"--diffusion {self._model} could not draw over a photo: {error}") from error
        return np.asarray(drawn)


def opened(model: Path, device: str = "cpu") -> Pipeline:
    """The img2img pipeline of diffusers in a local folder. Raises ModelError that says what is missing."""
    try:
        import diffusers  # pyright: ignore
    except ImportError as error:
        raise ModelError(
            "--diffusion needs diffusers: python -m pip install diffusers transformers."
        ) from error
    if not model.is_dir():
        raise ModelError(f"--diffusion {model}: there is no such folder; name one with a model of diffusers.")
    library: Any = diffusers
    try:
        pipeline = library.AutoPipelineForImage2Image.from_pretrained(str(model), local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"--diffusion {model} holds no model that draws over pictures: {error}") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device)


def _whole(photo: Rgb, path: Path) -> Rgb:
    """Cut right and below to sides that the model draws, so that nothing moves."""
    height, width = (side // MULTIPLE * MULTIPLE for side in photo.shape[:2])
    if not height or not width:
        raise InputError(f"{path} is {photo.shape[1]}x{photo.shape[0]}; {MULTIPLE} pixels are the least.")
    return np.ascontiguousarray(photo[:height, :width])
