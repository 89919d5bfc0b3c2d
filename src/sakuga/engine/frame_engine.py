"""The one protocol between a journey and whatever restores frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from sakuga.media.frames import Pixels


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine runs on, for people and programs."""

    model: str
    device: str
    backend: str
    precision: str
    tile: tuple[int, int] | None
    """(h, w) of the last tile in low-resolution pixels; None before the first frame."""
    drift: float
    """Colour that the network changed and the lock put back: mean absolute correction in 8-bit levels."""
    reused: float
    """Share of the videos' pixels, 0..1, that did not have to be restored because they had not changed."""
    weights: Mapping[str, str]
    """Name of each file of the model's weights -> sha256 (hex); empty where there are none any more."""
    notes: tuple[str, ...]
    """Sentences about what did not go as asked: a precision that failed its check, a tile that was halved."""


class FrameEngine(Protocol):
    """Frames in, frames out: what a journey needs of an engine."""

    @property
    def scale(self) -> float:
        """Output side / input side."""
        ...

    @property
    def report(self) -> EngineReport: ...

    @property
    def window(self) -> int:
        """Frames that one step sees."""
        ...

    @property
    def identity(self) -> str:
        """Everything that decides the pixels; equal for engines that give equal results."""
        ...

    def tile(self, width: int, height: int) -> tuple[int, int]:
        """(h, w) of the tiles that frames of this size are cut into."""
        ...

    def settle(self, width: int, height: int, tile: tuple[int, int]) -> None:
        """Cut frames of this size into tiles of (h, w), whatever the memory says: as a stopped job did."""
        ...

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the output for an input of this size."""
        ...

    def picture(self, pixels: Pixels) -> Iterator[Pixels]:
        """One picture (H, W, 3) to bands (rows, W', 3) of the result, top to bottom, same depth."""
        ...

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Frames of one video, all (H, W, 3), to as many results, lazily and in order."""
        ...
