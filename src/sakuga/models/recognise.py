"""Whose weights these are, told by the names and shapes of the tensors; needs no PyTorch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sakuga.errors import ModelError
from sakuga.models.catalog import TRANSLATOR
from sakuga.models.spec import FileSource, ModelSpec

Shapes = Mapping[str, tuple[int, ...]]

CELL = "recurrent_cell."
ATTENTION = "layers.0.blocks.0.attn."
APISR_GRL: Shapes = {
    "conv_first.weight": (64, 3, 3, 3),
    "conv_up1.weight": (64, 64, 3, 3),
    f"{ATTENTION}qkv.body.weight": (192, 64),
    f"{ATTENTION}anchor.body.0.reduction.weight": (32, 64),
    f"{ATTENTION}window_attn.attn_transform.logit_scale": (2, 1, 1),
    f"{ATTENTION}stripe_attn.attn_transform1.logit_scale": (2, 1, 1),
    "table_w": (1, 15, 15, 2),
    "table_sh": (1, 11, 11, 2),
    "table_sv": (1, 11, 11, 2),
}
"""The tables tell its windows from those of other GRLs; files without them are taken for APISR's too."""


def recognise(shapes: Shapes, path: Path) -> ModelSpec | None:
    """The spec of weights for one of sakuga's own networks, None for those of any other.

    Raises ModelError for a relative of AnimeSR that sakuga does not run.
    """
    return _animesr(shapes, path) or _grl(shapes, path) or _lbo(shapes, path) or _translator(shapes, path)


def _animesr(shapes: Shapes, path: Path) -> ModelSpec | None:
    first, last = (shapes.get(f"{CELL}{name}.weight") for name in ("conv_s1_first.0", "fusion.2"))
    if first is None or last is None:
        return None
    channels, inputs = first[:2]
    if inputs == 9 + channels:
        raise ModelError(
            f"{path} holds VQD-SR's network, an AnimeSR that does not look at its last result, which sakuga "
            "does not run. AnimeSR itself does the same work: --model animesr-v2."
        )
    scale = round(((last[0] - channels) / 3) ** 0.5)
    return ModelSpec(
        name=path.stem,
        network="animesr",
        scale=scale,
        source=FileSource(path),
        options={
            "channels": channels,
            "blocks": tuple(_count(shapes, rf"{CELL}body_s{side}_first\.(\d+)\.") for side in (1, 2, 4)),
            "scale": scale,
        },
        window=3,
        recurrent=True,
        halo=28,
        multiple=4,
    )


def _grl(shapes: Shapes, path: Path) -> ModelSpec | None:
    essential = {name for name in APISR_GRL if not name.startswith("table")}
    if not essential <= shapes.keys() or any(shapes.get(k, v) != v for k, v in APISR_GRL.items()):
        return None
    stages = range(_count(shapes, r"layers\.(\d+)\."))
    return ModelSpec(
        name=path.stem,
        network="grl",
        scale=4,
        source=FileSource(path),
        options={"depths": tuple(_count(shapes, rf"layers\.{i}\.blocks\.(\d+)\.") for i in stages)},
        exact=False,
        multiple=8,
        padding="reflect",
        half=("bf16",),
    )


def _lbo(shapes: Shapes, path: Path) -> ModelSpec | None:
    """AnimeSR's learned operators, which are not for restoring: whoever loads models says so."""
    first, last = shapes.get("main.0.weight"), shapes.get("main.4.weight")
    if first is None or last is None or first[1:] != (12, 3, 3) or last != (3, first[0], 3, 3):
        return None
    source = FileSource(path)
    return ModelSpec(name=path.stem, network="lbo", scale=2, source=source, options={"channels": first[0]})


def _translator(shapes: Shapes, path: Path) -> ModelSpec | None:
    first, block = shapes.get("model.1.weight"), shapes.get("model.12.conv_block.1.weight")
    if first is None or block is None or first[1:] != (3, 7, 7) or "model.7.filt" not in shapes:
        return None
    blocks = _count(shapes, r"model\.(\d+)\.conv_block\.")
    if f"model.{12 + blocks}.filt" not in shapes:
        raise ModelError(
            f"{path} holds a generator that enlarges without a blur, which sakuga does not run: only those "
            "of CUT and Scenimefy that are anti-aliased on both ways, as both are by default."
        )
    return ModelSpec(
        name=path.stem,
        network="translator",
        scale=1,
        source=FileSource(path),
        options={
            "channels": first[0],
            "blocks": blocks,
            "residual": "residual_mark" in shapes,
            "adapted": "model.2.weight" in shapes,
        },
        **TRANSLATOR,
    )


def _count(shapes: Shapes, pattern: str) -> int:
    """How many different numbers stand where `pattern` has its group."""
    matches = (re.match(pattern, name) for name in shapes)
    return len({match[1] for match in matches if match})
