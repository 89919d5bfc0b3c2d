"""A translator over a picture of any size, layer by layer in strips of rows: exactly as over the whole.

Its normalisations need the statistics of a whole layer before the next can begin. So each layer is a way to
get some rows of it out of the one before. What is small is kept whole; what is large, the layers at full
size, is made anew for each use: a fifth more work, and about 200 bytes for each pixel instead of 1,700.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.engine import memory
from sakuga.errors import OutOfMemory
from sakuga.media.frames import Pixels
from sakuga.models.antialias import Down, Up
from sakuga.models.translator import Block, Norm, Translator, normalised

STRIP = 2**24
"""Values of a strip of one layer that are in work at one time: 64 MB."""
KEPT = 32
"""Channels for each pixel of the picture up to which a layer is kept."""
APPETITE = 220
"""Bytes for each pixel of the picture: the two or three largest layers that are kept at one time."""

Rows = Callable[[int, int], Tensor]
"""First row and the row after the last to (1, c, rows, w), on the device."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a picture, rows of which can be had."""

    rows: Rows
    channels: int
    height: int
    width: int
    load: int
    """Values that are in work for each row: of the widest layer since the last that is kept."""

    def strips(self) -> Iterator[tuple[int, int]]:
        """First row and the row after the last of strips that are not too large; an even number of rows."""
        step = max(8, STRIP // self.load // 2 * 2)
        for first in range(0, self.height, step):
            yield first, min(first + step, self.height)


class Strips:
    """One picture on its way through `network`."""

    def __init__(self, network: nn.Module, frame: Pixels, device: torch.device | str) -> None:
        """network: a Translator on `device`, fp32. frame: (h, w, 3), sides as the network takes them."""
        assert isinstance(network, Translator), "no other network is pooled"
        self._network, self._device, self._depth = network, torch.device(device), frame.dtype
        self._pixels = frame.shape[0] * frame.shape[1]
        if self._pixels * APPETITE > memory.available():
            raise OutOfMemory(
                f"A picture of {frame.shape[1]} x {frame.shape[0]} needs about "
                f"{self._pixels * APPETITE / 1e9:.1f} GB of free memory; give a smaller one."
            )
        self._found: list[Tensor] = []
        self._layer = self._picture = _source(frame, self._device)

    def statistics(self) -> Tensor:
        """(2, channels), means and variances of all normalisations, as the network takes them."""
        with torch.inference_mode():
            self._run(self._network.model)
        return torch.cat(self._found, 1)

    def bands(self) -> Iterator[Pixels]:
        """The result (rows, w, 3), from top to bottom, of the frame's depth."""
        white = float(np.iinfo(self._depth).max)
        with torch.inference_mode():
            self._run(self._network.model)
        if self._network.residual:
            self._layer = _sum(self._layer, self._picture)
        for first, last in self._layer.strips():
            with torch.inference_mode():
                values = self._layer.rows(first, last)[0].mul(0.5).add_(0.5).clamp_(0, 1)
                levels = values.mul_(white).round_().permute(1, 2, 0).cpu().numpy()
            yield levels.astype(self._depth)

    def _run(self, layers: nn.Sequential) -> None:
        for layer in layers:
            if isinstance(layer, Norm):
                self._normalise(layer)
            elif isinstance(layer, Block):
                self._add(layer)
            else:
                self._layer = _STEPS[type(layer)](self._layer, layer)
                if isinstance(layer, nn.Conv2d | Down):
                    self._keep()

    def _add(self, block: Block) -> None:
        before = self._layer
        self._run(block.conv_block)
        self._layer = _sum(before, self._layer)
        self._keep()

    def _normalise(self, norm: Norm) -> None:
        layer = self._layer
        statistics = _moments(layer).to(torch.float32)
        self._found.append(statistics)
        given = statistics.to(self._device)
        self._layer = _pointwise(layer, lambda x: norm.styled(normalised(x, given)))

    def _keep(self) -> None:
        """Have the layer whole where it is small; nobody else holds what it was made of."""
        layer = self._layer
        if layer.channels * layer.height * layer.width > KEPT * self._pixels or layer.channels == 3:
            return
        whole = torch.empty(1, layer.channels, layer.height, layer.width)
        for first, last in layer.strips():
            whole[:, :, first:last] = layer.rows(first, last)
        self._layer = _held(whole, self._device)


def statistics(network: nn.Module, frame: Pixels, device: torch.device | str) -> Tensor:
    """Those of `frame`, see Strips, on the host."""
    return Strips(network, frame, device).statistics()


def _source(frame: Pixels, device: torch.device) -> Layer:
    half = float(np.iinfo(frame.dtype).max) / 2

    def rows(first: int, last: int) -> Tensor:
        values: Tensor = cast("Any", torch).from_numpy(frame[first:last].astype(np.float32))
        return values.to(device).permute(2, 0, 1)[None].contiguous().div_(half).sub_(1)

    return Layer(rows, 3, frame.shape[0], frame.shape[1], 3 * frame.shape[1])


def _held(whole: Tensor, device: torch.device) -> Layer:
    channels, height, width = whole.shape[1:]
    return Layer(
        lambda first, last: whole[:, :, first:last].to(device), channels, height, width, channels * width
    )


def _pointwise(layer: Layer, change: Callable[[Tensor], Tensor]) -> Layer:
    def rows(first: int, last: int) -> Tensor:
        return change(layer.rows(first, last))

    return replace(layer, rows=rows)


def _sum(one: Layer, other: Layer) -> Layer:
    def rows(first: int, last: int) -> Tensor:
        return one.rows(first, last) + other.rows(first, last)

    return replace(one, rows=rows)


def _mirrored(layer: Layer, pad: nn.Module) -> Layer:
    """A layer with a border, whose rows are counted with the border."""
    assert isinstance(pad, nn.ReflectionPad2d)
    size = int(pad.padding[0])
    end = layer.height + 2 * size

    def rows(first: int, last: int) -> Tensor:
        above, below = max(0, size - first), max(0, last - (end - size))
        # A border mirrors rows that are inside, so at least as many have to be there.
        top = 0 if above else first - size
        bottom = layer.height if below else last - size
        top, bottom = min(top, max(0, bottom - size - 1)), max(bottom, min(layer.height, top + size + 1))
        part = F.pad(layer.rows(top, bottom), (size, size, above and size, below and size), "reflect")
        begin = first if above else first - size - top
        return part[:, :, begin : begin + last - first]

    return replace(layer, rows=rows, height=end, width=layer.width + 2 * size)


def _convolved(layer: Layer, part: nn.Module) -> Layer:
    assert isinstance(part, nn.Conv2d)
    side, zeros = part.kernel_size[0], int(part.padding[0])
    height = layer.height + 2 * zeros - side + 1

    def rows(first: int, last: int) -> Tensor:
        top, bottom = first - zeros, last - zeros + side - 1
        x = layer.rows(max(0, top), min(layer.height, bottom))
        x = F.pad(x, (zeros, zeros, max(0, -top), max(0, bottom - layer.height)))
        return F.conv2d(x, part.weight, part.bias)

    width, channels = layer.width + 2 * zeros - side + 1, part.out_channels
    return Layer(rows, channels, height, width, max(layer.load, channels * width))


def _halved(layer: Layer, part: nn.Module) -> Layer:
    assert isinstance(part, Down)

    def rows(first: int, last: int) -> Tensor:
        """Row i sees rows 2i - 1 to 2i + 1; of an even number of rows the last one needs no border."""
        top = max(0, 2 * first - 2)
        y = part(layer.rows(top, min(layer.height, 2 * last)))
        return y[:, :, first - top // 2 :]

    return replace(layer, rows=rows, height=layer.height // 2, width=layer.width // 2, load=2 * layer.load)


def _doubled(layer: Layer, part: nn.Module) -> Layer:
    def rows(first: int, last: int) -> Tensor:
        top = max(0, first // 2 - 1)
        y = part(layer.rows(top, min(layer.height, (last + 1) // 2 + 1)))
        return y[:, :, first - 2 * top : last - 2 * top]

    height, width = 2 * layer.height, 2 * layer.width
    return Layer(rows, layer.channels, height, width, max(layer.load // 2, layer.channels * width))


def _applied(layer: Layer, part: nn.Module) -> Layer:
    return _pointwise(layer, part)


_STEPS: dict[type[nn.Module], Callable[[Layer, nn.Module], Layer]] = {
    nn.ReflectionPad2d: _mirrored,
    nn.Conv2d: _convolved,
    nn.ReLU: _applied,
    nn.Tanh: _applied,
    Down: _halved,
    Up: _doubled,
}


def _moments(layer: Layer) -> Tensor:
    """(2, c): mean and variance, put together from those of strips in float64."""
    count = 0
    mean = squares = torch.zeros(layer.channels, dtype=torch.float64)
    for first, last in layer.strips():
        x = layer.rows(first, last)[0].flatten(1).double()
        more = x.shape[1]
        variance, centre = (each.cpu() for each in torch.var_mean(x, 1, correction=0))
        apart = centre - mean
        squares = squares + variance * more + apart.square() * (count * more / (count + more))
        mean = mean + apart * (more / (count + more))
        count += more
    return torch.stack((mean, squares / count))
