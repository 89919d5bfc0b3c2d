"""What follows from a network's weights alone: computed anew while it learns, once when it is frozen."""

from __future__ import annotations

from typing import Self

from torch import Tensor, nn


class Derived(nn.Module):
    """A part of a network that has one such value."""

    constant: Tensor | None

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("constant", None, persistent=False)

    def derive(self) -> Tensor:
        """The value, from the weights as they are now."""
        raise NotImplementedError

    def derived(self) -> Tensor:
        """The value, from the weights as they are, or were when the network was frozen."""
        return self.derive() if self.constant is None else self.constant

    def train(self, mode: bool = True) -> Self:
        """As usual; learning ends the frozen state."""
        if mode:
            self.constant = None
        return super().train(mode)


def freeze(network: nn.Module) -> None:
    """Make `network` ready for use, not for learning; `network.train()` ends it."""
    network.eval()
    for part in network.modules():
        if isinstance(part, Derived):
            part.constant = part.derive().detach()
