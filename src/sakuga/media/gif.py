"""Write GIF: exact palettes up to 256 colours, well-chosen ones above, every frame with its time."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

from sakuga.media import gif_blocks
from sakuga.media.animation import Clock, Patch, Timed, patch, patches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sakuga.media.layout import PictureLayout
    from sakuga.media.metadata import Metadata

_TICK = 10.0
_SAMPLE = 32768
_KEEP, _CLEAR = 1, 2
_OPAQUE = 128


def write(
    file: BinaryIO,
    layout: PictureLayout,
    frames: Iterable[Timed],
    plays: int,
    metadata: Metadata,
    _quality: int | None = None,
) -> None:
    """Write a GIF of 8-bit frames of any channels; alpha below half is transparent. `plays` is 0 for ever."""
    file.write(b"GIF89a" + struct.pack("<HHBBB", layout.width, layout.height, 0, 0, 0))
    if plays != 1:
        file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", min(max(plays - 1, 0), 65535), 0))
    if comment := metadata.comment:
        file.write(b"!\xfe" + _sub_blocks(comment))
    clock, disposal = Clock(_TICK), _CLEAR if layout.has_alpha else _KEEP
    for piece in _visible(frames) if layout.has_alpha else patches(frames):
        _write_frame(file, piece, clock.ticks(piece.duration), disposal)
    file.write(b";")


def _visible(frames: Iterable[Timed]) -> Iterator[Patch]:
    """What of each frame is opaque; the first one whole, since some programs take its size for the file's."""
    for number, (frame, duration) in enumerate(frames):
        shown = frame[:, :, -1] >= _OPAQUE
        yield patch(frame, shown, duration) if number else Patch(0, 0, frame, shown, duration)


def _write_frame(file: BinaryIO, piece: Patch, ticks: int, disposal: int) -> None:
    indices, palette, transparent = indexed(_rgb(piece), piece.changed, clears=disposal == _CLEAR)
    bits = max(1, (len(palette) - 1).bit_length())
    height, width = indices.shape
    file.write(
        b"!\xf9\x04"
        + struct.pack("<BHBB", disposal << 2 | (transparent is not None), ticks, transparent or 0, 0)
    )
    file.write(b"," + struct.pack("<HHHHB", piece.x, piece.y, width, height, 0x80 | bits - 1))
    file.write(palette.tobytes().ljust(3 << bits, b"\0"))
    file.write(_packed(indices))


def _rgb(piece: Patch) -> NDArray[np.uint8]:
    channels = piece.pixels.shape[2]
    colours = piece.pixels[:, :, : channels - (channels in (2, 4))]
    return np.ascontiguousarray(np.broadcast_to(colours, (*colours.shape[:2], 3)), np.uint8)


def indexed(
    rgb: NDArray[np.uint8], shown: NDArray[np.bool_], *, clears: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], int | None]:
    """Indices (H, W), palette (N, 3), and the transparent index, which stands where `shown` is False.

    A frame that `clears` the canvas has one even if all is shown: some programs look for it to know to what.
    Up to 256 colours, transparency among them, are exact; more are chosen and dithered.
    """
    hidden = clears or not shown.all()
    colours = rgb[shown] if hidden else rgb.reshape(-1, 3)
    indices, palette = _exact(rgb, colours, 256 - hidden) or _chosen(rgb, colours, 256 - hidden)
    if not hidden:
        return indices, palette, None
    indices[~shown] = len(palette)
    return indices, np.vstack((palette, np.zeros((1, 3), np.uint8))), len(palette)


def _exact(
    rgb: NDArray[np.uint8], colours: NDArray[np.uint8], room: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    if not len(colours):
        return np.zeros(rgb.shape[:2], np.uint8), np.zeros((0, 3), np.uint8)
    if Image.fromarray(colours[None]).getcolors(room) is None:
        return None
    values = np.unique(_joined(colours))
    palette = np.stack((values >> 16, values >> 8 & 255, values & 255), axis=1).astype(np.uint8)
    return np.searchsorted(values, _joined(rgb)).astype(np.uint8), palette


def _joined(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    red, green, blue = (rgb[..., channel].astype(np.uint32) for channel in range(3))
    return (red << np.uint32(16)) | (green << np.uint32(8)) | blue


def _chosen(
    rgb: NDArray[np.uint8], colours: NDArray[np.uint8], room: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    sample = Image.fromarray(np.ascontiguousarray(colours[:: -(-len(colours) // _SAMPLE)])[None])
    chooser = sample.quantize(room, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    palette = np.array(chooser.getpalette(), np.uint8).reshape(-1, 3)[:room]
    picture = Image.fromarray(rgb).quantize(palette=chooser, dither=Image.Dither.FLOYDSTEINBERG)
    return np.array(picture), palette


def _packed(indices: NDArray[np.uint8]) -> bytes:
    """The LZW data of one image, as Pillow makes it."""
    picture, file = Image.fromarray(indices), io.BytesIO()
    picture.putpalette(bytes(768))
    picture.save(file, "GIF", optimize=False, interlace=False)
    data = file.getvalue()
    start, end = gif_blocks.contents(data).images[0]
    return data[start:end]


def _sub_blocks(data: bytes) -> bytes:
    parts = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"
