"""The one protocol between the engine and whatever runs a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol

from sakuga.media.frames import Pixels

Precision = Literal["fp32", "bf16", "fp16"]
Depth = Literal["uint8", "uint16"]

State = Any
"""What a network carries along, an array of the backend's own kind.

Of recurrent ones a hidden state (1, C, h, w) at low-resolution size, which slices as NumPy's; of pooled ones
the statistics (2, channels) that all layers normalise by.
"""


class Program(Protocol):
    """A network made ready for one tile size, one precision and one pixel depth."""

    def __call__(self, frames: Sequence[Pixels], state: State | None) -> tuple[Pixels, State | None]:
        """Run one step.

        frames: as many (h, w, 3) tiles as the network's window holds, oldest first.
        state: None for networks without one; for recurrent ones None is a zero state whose successor is not
        wanted, for pooled ones the statistics of the tile itself. The returned state stays valid until the
        call after the next with a state.
        Returns pixels (s*h, s*w, 3) of the same depth, clamped and rounded, and the new state.
        Raises OutOfMemory where the device has no room for this tile size.
        """
        ...


class Backend(Protocol):
    """One network on one device."""

    @property
    def device(self) -> str:
        """For people: `CPU (AMD EPYC)`, `cuda:0 (NVIDIA H200)`."""
        ...

    @property
    def name(self) -> str:
        """`OpenVINO` or `PyTorch`."""
        ...

    @property
    def precisions(self) -> tuple[Precision, ...]:
        """What network and device both allow, fastest first; fp32 is always the last."""
        ...

    @property
    def fixed(self) -> tuple[int, int] | None:
        """The only tile size (h, w) that the network takes, where its file says so."""
        ...

    def compile(self, height: int, width: int, depth: Depth, precision: Precision) -> Program:
        """For tiles of (height, width), or of any size if both are 0."""
        ...

    def state(self, height: int, width: int) -> State:
        """The zero state of a shot whose frames are (height, width)."""
        ...

    def statistics(self, frame: Pixels) -> State:
        """What the layers of a pooled network normalise one whole frame (h, w, 3) by, in fp32."""
        ...

    def strips(self, frame: Pixels) -> Iterator[Pixels] | None:
        """What a pooled network makes of one whole frame, as bands (rows, w, 3), for frames of any size.

        None where only whole frames can be had.
        """
        ...

    def room(self) -> int:
        """How many low-resolution pixels one tile may have in the memory that is free now."""
        ...
