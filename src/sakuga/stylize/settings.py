"""What a user may choose about a stylization."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.models.catalog import SCENE
from sakuga.stylize.treatment import Treatment

Precision = Literal["auto", "fp32", "bf16", "fp16"]
PictureFormat = Literal["png", "webp", "avif", "jpeg", "tiff"]
Protect = Literal["off", "text"]
STRONGEST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StylizeSettings:
    """How to stylize; validated at construction (InputError), equal settings give equal files."""

    model: str = SCENE
    """A name of the catalog, or the path of a .pth, .safetensors or .onnx file."""
    adapter: Path | None = None
    """A style of its own for the model, as `sakuga export` writes it; None keeps the model's."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, `cuda:1`, `mps`, `xpu`, ...: see the engine."""
    precision: Precision = "auto"
    tile: int | None = None
    """Longest side of a tile in pixels; None takes whole pictures, in strips where they are large."""
    strength: float = 1.0
    """How much of the style: 0 the photo, 1 what the network makes, up to STRONGEST overdone."""
    color_strength: float | None = None
    """The same of tones and colours alone; None as `strength`."""
    texture_strength: float | None = None
    """The same of strokes and grain alone; None as `strength`."""
    reference: Path | None = None
    """A picture whose colours results take; None keeps the network's."""
    protect: Protect = "off"
    """What of the photo is looked for and kept readable."""
    masks: Path | None = None
    """Folder of grey pictures, named as the photos, white where these are to be kept readable."""
    format: PictureFormat | None = None
    """Format of all pictures; None keeps each picture's own."""
    quality: int | None = None
    """1..100 for JPEG, WebP and AVIF; None takes the format's default."""
    encoding: Encoding = field(default_factory=Encoding)
    """How videos are encoded."""
    treatment: Treatment = field(default_factory=Treatment)
    """Which part of videos, how they are repaired, and what holds their frames together."""
    overwrite: bool = False
    """Whether outputs that are there already are made again."""

    def __post_init__(self) -> None:
        if self.tile is not None and self.tile < 1:
            raise InputError(f"--tile is {self.tile}; it is a number of pixels, 1 or more.")
        for name in ("strength", "color_strength", "texture_strength"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= STRONGEST:
                flag = f"--{name.replace('_', '-')}"
                raise InputError(f"{flag} is {share:g}; it is a number from 0 to {STRONGEST:g}.")
        if self.adapter is not None and not self.adapter.is_file():
            raise InputError(f"--adapter {self.adapter}: there is no such file.")
        if self.masks is not None and not self.masks.is_dir():
            raise InputError(f"--masks {self.masks}: there is no such folder.")
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise InputError(f"--quality is {self.quality}; it is a number from 1 to 100.")
