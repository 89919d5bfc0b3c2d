"""What a running training tells, as plain values: the terminal, the log and TensorBoard all read these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sakuga.media.plain import Rgb


@dataclass(frozen=True, slots=True)
class Began:
    """Learning starts, or goes on."""

    step: int
    """Steps that are done already."""
    steps: int
    parameters: int
    device: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the user should know that stops nothing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Stepped:
    """Means over the steps since the last such event."""

    step: int
    losses: Mapping[str, float]
    rate: float
    samples: float
    """Per second."""
    waiting: float
    """Share of the time, 0..1, that went into waiting for data."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What the network makes of pictures that it never learns from."""

    step: int
    values: Mapping[str, float]
    """Metric -> mean."""
    strips: tuple[Rgb, ...]
    """`parts` side by side, of the first few."""
    parts: str = "lq, result, gt"


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint is whole."""

    step: int
    path: Path


Event = Began | Noted | Stepped | Validated | Saved
OnEvent = Callable[[Event], None]


def ignore(_: Event) -> None:
    """For those who only want the result."""
