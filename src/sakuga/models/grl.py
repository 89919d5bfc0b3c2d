"""APISR's tiny GRL: cosine attention in 8x8 windows, once directly and once through 4x4 anchors; x4.

Sources: GRL (CVPR 2023) and APISR (CVPR 2024). Parameter names are those of the published file, in which the
"stripes" are plain 8x8 windows that are never shifted.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sakuga.models.derived import Derived
from sakuga.models.upsample import UpConv
from sakuga.models.windows import (
    AREA,
    WINDOW,
    Order,
    order,
    penalties,
    places,
    take_quarters,
    to_image,
    to_tokens,
)

CHANNELS = 64
HEADS = 2
HEAD = 16
ANCHORS = 4
MEAN = (0.4488, 0.4371, 0.4040)
TABLES = frozenset(
    (
        *("table_w", "index_w", "mask_w", "table_sh", "table_sv"),
        *("index_sh_a2w", "index_sh_w2a", "index_sv_a2w", "index_sv_w2a"),
        *("mask_sh_a2w", "mask_sh_w2a", "mask_sv_a2w", "mask_sv_w2a"),
    )
)
"""Entries of the published file that follow from the size of the image."""


class CosineAttention(Derived):
    """Attention by cosine similarity, with a learned bias for each offset between query and key."""

    table: Tensor
    index: Tensor

    def __init__(self, queries: int, keys: int) -> None:
        """`queries` and `keys` are the sides of the two squares of tokens."""
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((HEADS, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, HEADS, bias=False))
        side = queries + keys - 1
        offset = torch.arange(side) - (side - 1) / 2
        offset = 8 * offset / offset[-1]
        offset = offset.sign() * (offset.abs() + 1).log2() / math.log2(8)
        table = torch.stack(torch.meshgrid(offset, offset, indexing="ij"), -1).reshape(-1, 2)
        between = places(queries)[:, None] - places(keys) + keys - 1
        self.register_buffer("table", table, persistent=False)
        self.register_buffer("index", between[..., 0] * side + between[..., 1], persistent=False)

    def derive(self) -> Tensor:
        """The bias, (heads, queries, keys)."""
        return 16 * self.cpb_mlp(self.table)[self.index].permute(2, 0, 1).sigmoid()

    def forward(self, q: Tensor, k: Tensor, v: Tensor, penalty: Tensor | None = None) -> Tensor:
        """All (windows, heads, tokens, c); `q` and `k` of unit length."""
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        bias = self.derived() if penalty is None else self.derived() + penalty
        return F.scaled_dot_product_attention(q * scale, k, v, attn_mask=bias, scale=1.0)


def _unit_qkv(qkv: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(b, n, 3 * heads * c) to query and key of unit length, and value: (windows, heads, 64, c)."""
    q, k, v = qkv.reshape(-1, AREA, 3, HEADS, HEAD).permute(2, 0, 3, 1, 4).unbind(0)
    return F.normalize(q, dim=-1), F.normalize(k, dim=-1), v


def _join(x: Tensor, like: Tensor) -> Tensor:
    """(windows, heads, 64, c) to (b, n, heads * c), b and n those of `like`."""
    return x.transpose(1, 2).reshape(*like.shape[:2], HEADS * HEAD)


class WindowAttention(nn.Module):
    """Every token looks at every token of its window."""

    penalties: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.attn_transform = CosineAttention(WINDOW, WINDOW)
        self.register_buffer("penalties", penalties(), persistent=False)

    def forward(self, qkv: Tensor, kinds: tuple[int, int, int, int] | None) -> Tensor:
        """(b, n, 96) to (b, n, 32); `kinds` of the windows as in Order, None where all are whole."""
        if kinds is None:
            return _join(self.attn_transform(*_unit_qkv(qkv)), qkv)
        ends = tuple(accumulate(kinds))
        parts = zip(
            (qkv[:, end - kind : end] for kind, end in zip(kinds, ends, strict=True)),
            self.penalties,
            strict=True,
        )
        return torch.cat([_join(self.attn_transform(*_unit_qkv(x), p), x) for x, p in parts], 1)


class AnchorAttention(nn.Module):
    """Tokens look at anchors, which have looked at all tokens of the window."""

    def __init__(self) -> None:
        super().__init__()
        self.attn_transform1 = CosineAttention(ANCHORS, WINDOW)
        self.attn_transform2 = CosineAttention(WINDOW, ANCHORS)

    def forward(self, qkv: Tensor, anchors: Tensor) -> Tensor:
        """(b, n, 96) and (b * n / 4, 32) to (b, n, 32)."""
        q, k, v = _unit_qkv(qkv)
        a = F.normalize(anchors.reshape(-1, ANCHORS * ANCHORS, HEADS, HEAD).transpose(1, 2), dim=-1)
        return _join(self.attn_transform2(q, a, self.attn_transform1(a, k, v)), qkv)


class QKV(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(CHANNELS, 3 * CHANNELS)


class Reduction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.reduction = nn.Linear(CHANNELS, CHANNELS // 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.reduction(x.reshape(-1, 4, CHANNELS).mean(1))


class Anchors(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(Reduction())


class MixedAttention(nn.Module):
    """Half of the channels through windows, which every second block shifts; half through anchors."""

    def __init__(self, shift: bool) -> None:
        super().__init__()
        self.shift = shift
        self.qkv = QKV()
        self.anchor = Anchors()
        self.window_attn = WindowAttention()
        self.stripe_attn = AnchorAttention()
        self.proj = nn.Linear(CHANNELS, CHANNELS)

    def forward(self, x: Tensor, where: Order) -> Tensor:
        (w1, w2), (b1, b2) = self.qkv.body.weight.chunk(2), self.qkv.body.bias.chunk(2)
        if self.shift:
            moved = F.linear(take_quarters(x, where.shift), w1, b1)
            windows = take_quarters(self.window_attn(moved, where.kinds), where.unshift)
        else:
            windows = self.window_attn(F.linear(x, w1, b1), None)
        anchored = self.stripe_attn(F.linear(x, w2, b2), self.anchor.body(x))
        return self.proj(torch.cat((windows, anchored), -1))


class MLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(CHANNELS, 2 * CHANNELS)
        self.fc2 = nn.Linear(2 * CHANNELS, CHANNELS)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    """Attention and MLP, each normalised after and added."""

    def __init__(self, shift: bool, drop: float) -> None:
        super().__init__()
        self.drop = drop
        self.attn = MixedAttention(shift)
        self.norm1 = nn.LayerNorm(CHANNELS)
        self.mlp = MLP()
        self.norm2 = nn.LayerNorm(CHANNELS)

    def forward(self, x: Tensor, where: Order) -> Tensor:
        x = x + self._thinned(self.norm1(self.attn(x, where)))
        return x + self._thinned(self.norm2(self.mlp(x)))

    def _thinned(self, x: Tensor) -> Tensor:
        """In training, leave the branch out for some pictures (stochastic depth)."""
        if not self.training or self.drop == 0:
            return x
        return x * x.new_empty(len(x), 1, 1).bernoulli_(1 - self.drop) / (1 - self.drop)


class Stage(nn.Module):
    """Blocks on tokens, then a convolution on the image."""

    def __init__(self, drops: list[float]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(i % 2 == 0, drop) for i, drop in enumerate(drops))
        self.conv = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)

    def forward(self, x: Tensor, where: Order, like: Tensor) -> Tensor:
        tokens = x
        for block in self.blocks:
            tokens = block(tokens, where)
        return x + to_tokens(self.conv(to_image(tokens, where, like)), where)


class GRL(nn.Module):
    """depths: blocks per stage. drop: how often training leaves out the last block; earlier ones less."""

    mean: Tensor

    def __init__(self, depths: tuple[int, ...] = (4, 4, 4, 4), drop: float = 0.1) -> None:
        super().__init__()
        drops = [drop * i / max(sum(depths) - 1, 1) for i in range(sum(depths))]
        stages = [drops[end - depth : end] for depth, end in zip(depths, accumulate(depths), strict=True)]
        self.conv_first = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.norm_start = nn.LayerNorm(CHANNELS)
        self.layers = nn.ModuleList(Stage(stage) for stage in stages)
        self.norm_end = nn.LayerNorm(CHANNELS)
        self.conv_after_body = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.conv_before_upsample = nn.Sequential(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.LeakyReLU())
        self.conv_up1 = UpConv(CHANNELS)
        self.conv_up2 = UpConv(CHANNELS)
        self.conv_hr = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.conv_last = nn.Conv2d(CHANNELS, 3, 3, padding=1)
        self.register_buffer("mean", torch.tensor(MEAN).reshape(3, 1, 1), persistent=False)
        self.apply(_initialise)
        cast("Any", self).register_load_state_dict_pre_hook(_without_tables)

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) RGB in [0, 1], any h and w, to (b, 3, 4h, 4w) unclamped.

        A trace made at multiples of 8 holds for all multiples of 8.
        """
        h, w = x.shape[2:]
        first = self.conv_first(_padded(x) - self.mean)
        body = first + self.conv_after_body(self._body(first))
        return (self._enlarged(body) + self.mean)[..., : 4 * h, : 4 * w]

    def _body(self, image: Tensor) -> Tensor:
        where = order(image.shape[2], image.shape[3], image.device)
        tokens = self.norm_start(to_tokens(image, where))
        for stage in self.layers:
            tokens = stage(tokens, where, image)
        return to_image(self.norm_end(tokens), where, image)

    def _enlarged(self, x: Tensor) -> Tensor:
        x = self.conv_before_upsample(x)
        for conv in (self.conv_up1, self.conv_up2, self.conv_hr):
            x = F.leaky_relu(conv(x), 0.2)
        return self.conv_last(x)


def _without_tables(_: nn.Module, state: dict[str, Tensor], prefix: str, *_rest: object) -> None:
    for name in TABLES:
        state.pop(prefix + name, None)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        for name, parameter in module.named_parameters():
            init = nn.init.zeros_ if name == "bias" else _truncated_normal
            init(parameter)


def _truncated_normal(parameter: Tensor) -> Tensor:
    return nn.init.trunc_normal_(parameter, std=0.02)


def _padded(x: Tensor) -> Tensor:
    """Filled up to whole windows, right and below, by reflection, or with zeros where it does not suffice."""
    h, w = x.shape[2:]
    down, right = -h % WINDOW, -w % WINDOW
    if not down and not right:
        return x
    return F.pad(x, (0, right, 0, down), mode="reflect" if down < h and right < w else "constant")
