"""What every picture format promises, and pictures to hold it to that."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from sakuga.media.picture import Metadata, Picture, PictureLayout, open_picture, write_picture

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Promise:
    """How a picture comes back from a format."""

    stored: dict[int, int]
    """Channels written -> channels read; what is missing is refused."""
    deep: bool = False
    off: int = 0
    """The largest difference in 8-bit levels, on a smooth picture; 0 where every picture is exact."""
    content: bool = False
    """Whether channels are told by the content: a palette needs no sign that it is grey or opaque."""


MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
ORDERS = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
SAME = {1: 1, 2: 2, 3: 3, 4: 4}
PROMISES = {
    ".png": Promise(SAME, deep=True),
    ".apng": Promise(SAME, deep=True),
    ".tif": Promise(SAME, deep=True),
    ".tiff": Promise(SAME, deep=True),
    ".bmp": Promise({1: 1, 2: 4, 3: 3, 4: 4}),
    ".webp": Promise({1: 3, 2: 4, 3: 3, 4: 4}),
    ".gif": Promise(SAME, content=True),
    ".avif": Promise({1: 1, 2: 4, 3: 3, 4: 4}, off=8),
    ".jpg": Promise({1: 1, 3: 3}, off=6),
    ".JPEG": Promise({1: 1, 3: 3}, off=6),
}


def noise(height: int, width: int, channels: int, dtype: str, seed: int = 0) -> np.ndarray:
    """Random values over the full range."""
    top = np.iinfo(dtype).max + 1
    return np.random.default_rng(seed).integers(0, top, (height, width, channels)).astype(dtype)


def smooth(height: int, width: int, channels: int, dtype: str) -> np.ndarray:
    """Gradients over the full range, another in each channel."""
    down, across = np.mgrid[0:height, 0:width]
    waves = [0.5 + 0.5 * np.sin(down / 17 * (c + 1) / 2 + across / 23 + c) for c in range(channels)]
    return np.round(np.stack(waves, axis=2) * np.iinfo(dtype).max).astype(dtype)


def flat(height: int, width: int, channels: int, dtype: str, seed: int = 0) -> np.ndarray:
    """At most 200 colours, some of them grey; alpha all or nothing, and black where it is nothing."""
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (200, channels))
    picture = palette[rng.integers(0, 200, (height, width))]
    if channels in (2, 4):
        picture[..., -1] = np.where(picture[..., -1] < 128, 0, 255)
        picture[0, 0, -1] = 0
        picture[picture[..., -1] == 0] = 0
    return (picture * (257 if dtype == "uint16" else 1)).astype(dtype)


def sample(suffix: str, height: int, width: int, channels: int, dtype: str) -> np.ndarray:
    """A picture that the format must give back within its promise."""
    kinds = {".gif": flat, ".avif": smooth, ".jpg": smooth, ".JPEG": smooth}
    return kinds.get(suffix, noise)(height, width, channels, dtype)


def layout_of(picture: np.ndarray) -> PictureLayout:
    height, width, channels = picture.shape
    return PictureLayout(width, height, channels, str(picture.dtype))


def write(path: Path, picture: np.ndarray, metadata: Metadata | None = None, **options) -> None:
    write_picture(path, layout_of(picture), [picture], metadata or Metadata(), **options)


def joined(picture: Picture) -> np.ndarray:
    """Pixels and alpha in one array."""
    parts = (picture.pixels,) if picture.alpha is None else (picture.pixels, picture.alpha)
    return np.concatenate(parts, axis=2)


def read(path: Path) -> np.ndarray:
    """The only picture of a file, with its alpha."""
    with open_picture(path) as file:
        (picture,) = file
        whole = joined(picture)
        assert (file.width, file.height, file.channels) == (whole.shape[1], whole.shape[0], whole.shape[2])
        assert file.dtype == whole.dtype
    return whole


def expanded(picture: np.ndarray, channels: int) -> np.ndarray:
    """Grey as RGB, where a format has no grey."""
    order = {(1, 3): [0, 0, 0], (2, 4): [0, 0, 0, 1]}.get((picture.shape[2], channels))
    return picture if order is None else picture[:, :, order]


def full(picture: np.ndarray) -> np.ndarray:
    """RGB and alpha, whatever it was."""
    picture = expanded(picture, picture.shape[2] + 2) if picture.shape[2] < 3 else picture
    opaque = np.full((*picture.shape[:2], 4 - picture.shape[2]), np.iinfo(picture.dtype).max, picture.dtype)
    return np.concatenate((picture, opaque), axis=2)


def png_bytes(
    width: int, height: int, bits: int, colour_type: int, data: bytes, *chunks, lace: int = 0
) -> bytes:
    """A PNG by hand from filtered rows, for what no library here writes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, lace)
    parts = ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def rounded(picture: np.ndarray) -> np.ndarray:
    """16 bits to the nearest of 8."""
    if picture.dtype == np.uint8:
        return picture
    return np.round(picture / 257.0).astype(np.uint8)


@st.composite
def banded(draw):
    """A picture and a way to cut it into bands."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    channels, dtype = draw(st.integers(1, 4)), draw(st.sampled_from(["uint8", "uint16"]))
    kind = draw(st.sampled_from([noise, smooth]))
    cuts = sorted(draw(st.lists(st.integers(0, height), max_size=5)))
    picture = kind(height, width, channels, dtype)
    return picture, np.split(picture, cuts)
