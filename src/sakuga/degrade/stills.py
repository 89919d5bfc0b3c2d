"""Codecs of still pictures, by Pillow: JPEG, WebP and AVIF, each lossy with 4:2:0 chroma."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from sakuga.degrade.clip import Frames

EFFORT = 4
"""WebP's own default."""
SPEED = 8
"""Of AVIF: a third of the time of the default, 6, for pictures that are 0.3 dB worse at the same quality."""


def _jpeg(quality: int, _effort: int) -> dict[str, Any]:
    return {"quality": quality, "subsampling": "4:2:0"}


def _webp(quality: int, effort: int) -> dict[str, Any]:
    return {"quality": quality, "method": effort}


def _avif(quality: int, _effort: int) -> dict[str, Any]:
    return {"quality": quality, "subsampling": "4:2:0", "speed": SPEED, "max_threads": 1}


OPTIONS: Mapping[str, Any] = {"jpeg": _jpeg, "webp": _webp, "avif": _avif}


def code(name: str, frames: Frames, quality: float, effort: int | None) -> tuple[Frames, int]:
    """One frame (1, H, W, 3) to bytes and back. effort: 0..6, of WebP, whose result it changes a little."""
    (frame,) = frames
    buffer = io.BytesIO()
    options = OPTIONS[name](round(quality), EFFORT if effort is None else effort)
    Image.fromarray(np.ascontiguousarray(frame)).save(buffer, name.upper(), **options)
    size = buffer.tell()
    with Image.open(buffer) as picture:
        return np.asarray(picture.convert("RGB"))[None], size
