"""RGB to 4:2:0 and back, by swscale as FFmpeg's program uses it: BT.601, limited range, bicubic chroma."""

from __future__ import annotations

from typing import Any, cast

import av
import numpy as np
from av.video.reformatter import Interpolation

from sakuga.degrade.clip import Frames

Planes = Any
"""(H * 3 / 2, W) uint8: Y, below it U and V, each plane's lines packed one after the other."""


def halved(picture: Frames, interlaced: bool) -> av.VideoFrame:
    """A picture (H, W, 3), even sides, RGB; where it is `interlaced`, H in fours, each field has its chroma.

    Chroma that is halved across the fields of a woven picture mixes two moments in one sample.
    """
    if not interlaced:
        return _reformat(av.VideoFrame.from_ndarray(picture, "rgb24"), "yuv420p")
    fields = [halved(np.ascontiguousarray(picture[parity::2]), False).to_ndarray() for parity in (0, 1)]
    return av.VideoFrame.from_ndarray(_woven(fields, *picture.shape[:2]), "yuv420p")


def doubled(frame: av.VideoFrame, interlaced: bool) -> Frames:
    """The way back; (H, W, 3)."""
    if not interlaced:
        return cast("Frames", _reformat(frame, "rgb24").to_ndarray())
    packed, picture = frame.to_ndarray(), np.empty((frame.height, frame.width, 3), np.uint8)
    for parity in (0, 1):
        field = av.VideoFrame.from_ndarray(_field(packed, frame.height, frame.width, parity), "yuv420p")
        picture[parity::2] = doubled(field, False)
    return picture


def _reformat(frame: av.VideoFrame, pixel_format: str) -> av.VideoFrame:
    return frame.reformat(format=pixel_format, interpolation=Interpolation.BICUBIC, threads=1)


def _planes(packed: Planes, height: int, width: int) -> list[Planes]:
    sizes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
    ends = np.cumsum([0, *(h * w for h, w in sizes)])
    flat = packed.reshape(-1)
    return [flat[a:b].reshape(size) for a, b, size in zip(ends, ends[1:], sizes, strict=False)]


def _woven(fields: list[Planes], height: int, width: int) -> Planes:
    """Lines of both fields' planes in turn; the fields are half as high as the picture."""
    packed = np.empty((height * 3 // 2, width), np.uint8)
    for parity, field in enumerate(fields):
        for plane, part in zip(
            _planes(packed, height, width), _planes(field, height // 2, width), strict=True
        ):
            plane[parity::2] = part
    return packed


def _field(packed: Planes, height: int, width: int, parity: int) -> Planes:
    lines = [plane[parity::2].ravel() for plane in _planes(packed, height, width)]
    return np.concatenate(lines).reshape(height * 3 // 4, width)
