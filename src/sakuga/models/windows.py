"""An image as a list of tokens in which windows, their quarters and 2x2 cells each stand in a row.

GRL's attention then needs no cutting: a window of 8x8 is 64 tokens in a row, an anchor is the mean of 4, and
a shift by half a window moves whole quarters of 16 tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

WINDOW = 8
AREA = WINDOW * WINDOW


def places(side: int) -> Tensor:
    """(side*side, 2): row and column of each token of a square, quarter by quarter at every size."""
    found, quarters = torch.zeros(1, 2, dtype=torch.long), torch.tensor([(0, 0), (0, 1), (1, 0), (1, 1)])
    while len(found) < side * side:
        found = (quarters[:, None] * math.isqrt(len(found)) + found).reshape(-1, 2)
    return found


QUARTERS, PIXELS = places(2), places(WINDOW)


@dataclass(frozen=True)
class Order:
    """Where the n = h * w tokens of an image of one size stand."""

    tokens: Tensor
    """(n,) row-major pixel of each token."""
    pixels: Tensor
    """(n,) the inverse: token of each row-major pixel."""
    shift: Tensor
    """Which quarter stands at each place of the shifted windows; these are listed as `kinds` says."""
    unshift: Tensor
    """(n / 16,) at which of those places each quarter of the image is to be found again."""
    kinds: tuple[int, int, int, int]
    """Tokens in all shifted windows; then, again, in those that wrap around the lower border, right, both.

    Windows that wrap are computed twice and `unshift` takes the second result: so no part is ever empty.
    """


def order(height: int, width: int, device: torch.device) -> Order:
    """Of an image whose sides are multiples of 8; made once per size, outside of traces."""
    traced = type(height) is not int or torch.compiler.is_compiling()
    return (_order if traced else _kept)(height, width, device)


@lru_cache(maxsize=4)
def _kept(height: int, width: int, device: torch.device) -> Order:
    with torch.inference_mode(mode=False):
        return _order(height, width, device)


def _order(height: int, width: int, device: torch.device) -> Order:
    """Arithmetic throughout, so that one trace holds for every size."""
    rows, columns = height // WINDOW, width // WINDOW
    window = torch.arange(rows * columns, device=device)[:, None]
    row, column = window // columns, _modulo(window, columns)
    down, right = PIXELS.to(device).unbind(1)
    tokens = ((row * WINDOW + down) * width + column * WINDOW + right).flatten()
    kinds = AREA * rows * columns, AREA * columns, AREA * rows, AREA
    shift, unshift = _shift(rows, columns, device), _unshift(row, column, rows, columns)
    return Order(tokens, tokens.argsort(), shift, unshift, kinds)


def _shift(rows: int, columns: int, device: torch.device) -> Tensor:
    every = torch.arange(rows * columns, device=device)
    lower = rows * columns - columns + torch.arange(columns, device=device)
    right = torch.arange(rows, device=device) * columns + columns - 1
    listed = torch.cat((every, lower, right, every[-1:]))[:, None]
    a, b = QUARTERS.to(device).unbind(1)
    y = _modulo(2 * (listed // columns) + 1 + a, 2 * rows)
    x = _modulo(2 * _modulo(listed, columns) + 1 + b, 2 * columns)
    return _quarter(y // 2 * columns + x // 2, y, x)


def _unshift(row: Tensor, column: Tensor, rows: int, columns: int) -> Tensor:
    a, b = QUARTERS.to(row.device).unbind(1)
    y = _modulo(2 * (row + rows) + a - 1, 2 * rows)
    x = _modulo(2 * (column + columns) + b - 1, 2 * columns)
    row, column = y // 2, x // 2
    lowest = row == rows - 1
    window = torch.where(lowest, rows * columns + column, row * columns + column)
    right = rows * columns + columns + torch.where(lowest, rows, row)
    return _quarter(torch.where(column == columns - 1, right, window), y, x)


def _modulo(a: Tensor, n: int) -> Tensor:
    """a % n for a not below 0, in the operations that both of PyTorch's exporters to ONNX get right."""
    return a - a // n * n


def _quarter(window: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return (window * 4 + y % 2 * 2 + x % 2).flatten()


def penalties() -> Tensor:
    """(4, 64, 64), added to the scores of the four kinds: -100 where a border lies between the pair."""
    quarter = QUARTERS.repeat_interleave(AREA // 4, 0)
    lower, right = (quarter[:, None] != quarter).unbind(-1)
    return -100.0 * torch.stack((torch.zeros_like(lower), lower, right, lower | right))


def to_tokens(image: Tensor, where: Order) -> Tensor:
    """(b, c, h, w) to (b, n, c)."""
    return image.flatten(2).transpose(1, 2).index_select(1, where.tokens)


def to_image(tokens: Tensor, where: Order, like: Tensor) -> Tensor:
    """(b, n, c) to (b, c, h, w), the shape of `like`."""
    return tokens.index_select(1, where.pixels).transpose(1, 2).reshape(like.shape)


def take_quarters(tokens: Tensor, index: Tensor) -> Tensor:
    """(b, n, c) to (b, 16 * len(index), c)."""
    b, _, c = tokens.shape
    return tokens.reshape(b, -1, 16, c).index_select(1, index).reshape(b, -1, c)
