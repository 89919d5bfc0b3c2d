"""What a user may choose about a restoration."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.models.choice import chosen
from sakuga.restore.treatment import Treatment

Precision = Literal["auto", "fp32", "bf16", "fp16"]
Reuse = Literal["off", "exact", "near"]
PictureFormat = Literal["png", "webp", "avif", "jpeg", "tiff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreSettings:
    """How to restore; validated at construction (InputError), equal settings give equal files."""

    model: str | None = None
    """A name of the catalog, or the path of a .pth, .safetensors or .onnx file; None: by models.choice."""
    fast: bool = False
    """Whether that choice is among the small networks."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, `cuda:1`, `mps`, `xpu`, ...: see the engine."""
    precision: Precision = "auto"
    tile: int | None = None
    """Side of a tile in source pixels; None measures the memory and chooses."""
    scale: float | None = None
    """Output side / input side; None takes the model's own."""
    color_lock: bool = True
    """Whether results keep the low-frequency colour of their source."""
    reuse: Reuse = "near"
    """What of a moving picture counts as unchanged and is not restored again."""
    format: PictureFormat | None = None
    """Format of all pictures; None keeps each picture's own."""
    quality: int | None = None
    """1..100 for JPEG, WebP and AVIF; None takes the format's default."""
    encoding: Encoding = field(default_factory=Encoding)
    """How videos are encoded."""
    treatment: Treatment = field(default_factory=Treatment)
    """How sources are repaired and results controlled."""
    workers: int | None = None
    """Processes that restore segments of a video at the same time; None: one, or what the cluster has."""
    cluster: str | None = None
    """Address of a Ray cluster that restores videos, see `engine.cluster.connected`; None: none does."""
    overwrite: bool = False
    """Whether outputs that are there already are made again."""

    def __post_init__(self) -> None:
        if self.fast and self.model is not None:
            raise InputError(f"--fast chooses the model itself; leave it out, or --model {self.model}.")
        if self.tile is not None and self.tile < 1:
            raise InputError(f"--tile is {self.tile}; it is a number of pixels, 1 or more.")
        if self.workers is not None and self.workers < 1:
            raise InputError(f"--workers is {self.workers}; it is a number of processes, 1 or more.")
        if self.cluster is not None and not self.cluster.strip():
            raise InputError("--cluster is empty; give local, auto or host:port.")
        if self.cluster is not None and ":" in self.device:
            raise InputError(
                f"--device {self.device}: a cluster chooses among its GPUs itself; leave the number out."
            )
        if self.scale is not None and not (math.isfinite(self.scale) and self.scale > 0):
            raise InputError(f"--scale is {self.scale:g}; it is a number above 0, such as 2 or 1.5.")
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise InputError(f"--quality is {self.quality}; it is a number from 1 to 100.")

    def network(self, *, moving: bool) -> str:
        """What restores a source that moves, or a still."""
        return self.model or chosen(moving=moving, fast=self.fast, scale=self.scale)

    def named(self, *, moving: bool) -> Self:
        """The same for such sources, with the model named."""
        return replace(self, model=self.network(moving=moving), fast=False)
