"""What the loop asks of whoever teaches a network: one step at a time, and all parts to be remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn

Batch = Mapping[str, Tensor]
"""`lq`, `target` and, where there is a critic, `real`: (b, 3, h, w) or (b, n, 3, h, w), RGB in [0, 1]; or
those of `scenes`."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What one step said."""

    losses: dict[str, Tensor]
    """By name, detached scalars on the device."""
    result: Tensor
    """The network's pictures, detached."""


class Teacher(Protocol):
    """The learning parts of a run, on their device."""

    slowdown: float
    """Share of the recipe's rates that is left after what went wrong."""

    @property
    def learned(self) -> nn.Module:
        """The network that is shown and exported: the average where there is one."""
        ...

    @property
    def parts(self) -> Mapping[str, Any]:
        """All that a run must remember, by name: what has a state_dict."""
        ...

    def step(self, batch: Batch, step: int) -> Taught:
        """Learn from one batch; `step` counts from 0."""
        ...

    def rate(self, step: int) -> float:
        """The network's rate at `step`."""
        ...
