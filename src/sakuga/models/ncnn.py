"""Weights of an ncnn network: the .param tells the order of its layers, the .bin holds their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.errors import WeightsError

Array = NDArray[np.float32]
Settings = Mapping[int, str]
"""Numbered settings of a layer, such as 0 = outputs, 1 = side of the kernel, 6 = count of weights."""

MAGIC = "7767517"
KINDS = {0x01306B47: np.dtype("<f2"), 0: np.dtype("<f4")}
"""The number in front of a convolution's weights says how they are stored."""
EMPTY = frozenset(("Input", "Split", "Concat", "Eltwise", "BinaryOp", "Interp", "PixelShuffle"))
"""Layers without weights."""


class Numbers:
    """The bytes of a .bin, taken from the front."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = memoryview(path.read_bytes())

    def take(self, count: int, kind: np.dtype[np.generic] = KINDS[0]) -> Array:
        """The next `count` numbers as float32; what follows stands at a multiple of 4 bytes."""
        return np.frombuffer(self._bytes(count * kind.itemsize), kind).astype(np.float32)

    def kind(self) -> np.dtype[np.generic]:
        """Of the weights that follow."""
        tag = int.from_bytes(self._bytes(4), "little")
        if tag not in KINDS:
            raise WeightsError(f"{self._path} holds weights of the unknown kind {tag:#010x} (8-bit ones?).")
        return KINDS[tag]

    def end(self) -> None:
        """Raises WeightsError if anything is left."""
        if self._left:
            raise WeightsError(f"{self._path} has {len(self._left)} bytes more than its .param names.")

    def _bytes(self, size: int) -> memoryview:
        whole = size + -size % 4
        if whole > len(self._left):
            raise WeightsError(f"{self._path} ends too early: it lacks weights that its .param names.")
        taken, self._left = self._left[:size], self._left[whole:]
        return taken


def read(param: Path, weights: Path) -> list[Array]:
    """Weights (out, in, k, k) and biases (out,) of convolutions and slopes (c,), in the order of `param`.

    Raises WeightsError where a layer is of an unknown kind, or numbers are missing or left over.
    """
    numbers = Numbers(weights)
    arrays = [array for line in _layers(param) for array in _arrays(line, param, numbers)]
    numbers.end()
    return arrays


def _layers(param: Path) -> list[str]:
    lines = param.read_text("ascii", errors="replace").splitlines()
    if lines[:1] != [MAGIC]:
        raise WeightsError(f"{param} is not the .param file of an ncnn network: {MAGIC} must come first.")
    return [line for line in lines[2:] if line.strip()]


def _arrays(line: str, param: Path, numbers: Numbers) -> list[Array]:
    kind, *words = line.split()
    if kind in EMPTY:
        return []
    if kind not in READERS:
        raise WeightsError(f"{param} has a layer of the kind {kind}, which sakuga does not read.")
    try:
        return READERS[kind](
            {int(k): v for k, v in (word.split("=") for word in words if "=" in word)}, numbers
        )
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{param}: this layer makes no sense ({error}): {line}") from error


def _convolution(settings: Settings, numbers: Numbers) -> list[Array]:
    outputs, side, count = (int(settings[key]) for key in (0, 1, 6))
    weight = numbers.take(count, numbers.kind()).reshape(outputs, -1, side, side)
    return [weight, numbers.take(outputs)] if settings.get(5) == "1" else [weight]


def _slopes(settings: Settings, numbers: Numbers) -> list[Array]:
    return [numbers.take(int(settings[0]))]


READERS: Mapping[str, Callable[[Settings, Numbers], list[Array]]] = {
    "Convolution": _convolution,
    "PReLU": _slopes,
}
