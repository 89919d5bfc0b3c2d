"""YUV to RGB and back, one converter each way, by FFmpeg's swscale at its exact settings."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import cast

import av
import av.filter
import cv2
import numpy as np
from av.video.format import VideoFormat
from numpy.typing import NDArray

from sakuga.errors import InputError
from sakuga.media.frames import Pixels


class Matrix(enum.IntEnum):
    """How YUV comes from R'G'B'; the numbers are those of H.273 and of FFmpeg's AVColorSpace."""

    RGB = 0
    BT709 = 1
    UNSPECIFIED = 2
    FCC = 4
    BT470BG = 5
    SMPTE170M = 6
    SMPTE240M = 7
    BT2020 = 9


class Range(enum.IntEnum):
    """Which code values are black and white; the numbers are those of FFmpeg's AVColorRange."""

    UNSPECIFIED = 0
    LIMITED = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Colour:
    """What a video's code values mean, complete: nothing is left unspecified that a conversion needs."""

    matrix: Matrix
    range: Range
    primaries: int = 2
    """AVColorPrimaries: 1 BT.709, 5 BT.601 625 lines, 6 BT.601 525 lines, 9 BT.2020, 2 unspecified."""
    transfer: int = 2
    """AVColorTransferCharacteristic: 1 BT.709, 6 BT.601, 16 PQ, 18 HLG, 2 unspecified."""
    siting: str = "left"
    """Where chroma samples lie between luma samples: left (MPEG-2 and later), center (JPEG), topleft..."""
    guessed: bool = False
    """Whether the source did not tell its matrix, so that it was chosen by picture size, as players do."""


_NAMES = {
    Matrix.BT709: "bt709",
    Matrix.FCC: "fcc",
    Matrix.BT470BG: "bt470bg",
    Matrix.SMPTE170M: "smpte170m",
    Matrix.SMPTE240M: "smpte240m",
    Matrix.BT2020: "bt2020",
}
_UNCONVERTIBLE = {8: "YCgCo", 10: "BT.2020 constant luminance", 14: "ICtCp", 15: "IPT-C2"}
_SCALER = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
_UNSPECIFIED = 2


def colour_of(
    matrix: int, range_: int, primaries: int, transfer: int, *, width: int, height: int, rgb: bool = False
) -> Colour:
    """Complete what a stream says of its colour, the way players do.

    An unspecified matrix is BT.709 from 720 lines (or 1280 columns) up, else BT.601; an unspecified range is
    limited for YUV, full for RGB; unspecified primaries and transfer follow the matrix.
    Raises InputError for a matrix that cannot be converted.
    """
    if rgb:
        return Colour(Matrix.RGB, Range.FULL, primaries, transfer)
    if matrix not in {int(known) for known in Matrix}:
        raise InputError(f"its colour matrix ({_UNCONVERTIBLE.get(matrix, matrix)}) cannot be converted")
    guessed = matrix in (Matrix.UNSPECIFIED, Matrix.RGB)
    known = _matrix_by_size(width, height) if guessed else Matrix(matrix)
    usual_primaries, usual_transfer = _usual(known, height)
    return Colour(
        known,
        Range.FULL if range_ == Range.FULL else Range.LIMITED,
        usual_primaries if primaries in (0, _UNSPECIFIED) else primaries,
        usual_transfer if transfer in (0, _UNSPECIFIED) else transfer,
        guessed=guessed,
    )


def _matrix_by_size(width: int, height: int) -> Matrix:
    if height >= 720 or width >= 1280:
        return Matrix.BT709
    return Matrix.BT470BG if height in (288, 576) else Matrix.SMPTE170M


def _usual(matrix: Matrix, height: int) -> tuple[int, int]:
    """Primaries and transfer that go with a matrix when a stream names only that."""
    if matrix in (Matrix.SMPTE170M, Matrix.BT470BG):
        return (5 if height in (288, 576) else 6), 6
    return {Matrix.BT709: (1, 1), Matrix.SMPTE240M: (7, 7), Matrix.BT2020: (9, 2)}.get(matrix, (2, 2))


class ToRgb:
    """Decoded frames of one video to RGB pixels of one size.

    `width`, `height` and `depth` are those of the first frame; a later frame of another size is resized.
    """

    def __init__(self, colour: Colour, width: int, height: int, depth: int) -> None:
        self._colour = colour
        self._size = (width, height)
        self._deep = depth > 8
        self._scaler = _Scaler()

    def __call__(self, frame: av.VideoFrame) -> Pixels:
        """Shape (height, width, 3), RGB, full range; uint8 where depth is 8, else uint16."""
        source = frame.format
        if len(source.components) <= 2 and not source.has_palette:
            return self._grey(self._sized(frame))
        if source.name.startswith("gbrp"):
            planar = self._sized(frame)
        else:
            to = "gbrp16le" if self._deep else "gbrp"
            planar = self._scaler(frame, *self._size, to, **self._options(source))
        green, blue, red = planes(planar)[:3]
        pixels = cast("Pixels", cv2.merge((red, green, blue)))
        return _rescale(pixels, self._white(source)) if self._deep else pixels

    def _sized(self, frame: av.VideoFrame) -> av.VideoFrame:
        if (frame.width, frame.height) == self._size:
            return frame
        return self._scaler(frame, *self._size, frame.format.name)

    def _options(self, source: VideoFormat) -> dict[str, str]:
        if source.is_rgb or source.has_palette:
            return {}
        options = {"in_color_matrix": _NAMES[self._colour.matrix], "in_range": _range_name(self._colour)}
        return options | ({"in_chroma_loc": self._colour.siting} if is_subsampled(source) else {})

    def _white(self, source: VideoFormat) -> float:
        """What white is to reach over what it is: swscale shifts bits, so that 1023 becomes 1023 << 6."""
        bits = source.components[0].bits
        if source.name.startswith("gbrp"):
            return 65535 / ((1 << bits) - 1)
        if source.is_rgb or self._colour.range is Range.FULL:
            return 65535 / (((1 << bits) - 1) << (16 - bits))
        return 65535 / (255 << 8)

    def _grey(self, frame: av.VideoFrame) -> Pixels:
        """swscale takes all grey as full range, so it is stretched here."""
        bits = frame.format.components[0].bits
        unit = 1 << (bits - 8)
        black, white = (0, (1 << bits) - 1) if self._colour.range is Range.FULL else (16 * unit, 235 * unit)
        dtype = np.uint16 if self._deep else np.uint8
        peak = np.iinfo(dtype).max
        stretched = (planes(frame)[0].astype(np.float64) - black) * (peak / (white - black))
        grey = np.rint(stretched.clip(0, peak)).astype(dtype)
        return cast("Pixels", cv2.merge((grey, grey, grey)))


class FromRgb:
    """RGB pixels of one size to frames that an encoder takes."""

    def __init__(self, colour: Colour, pixel_format: str) -> None:
        self._colour = colour
        self._format = pixel_format
        self._target = VideoFormat(pixel_format, 16, 16)
        self._scaler = _Scaler()

    def __call__(self, pixels: Pixels) -> av.VideoFrame:
        """`pixels`: shape (height, width, 3), RGB, full range, uint8 or uint16."""
        if self._target.name.startswith("gbrp"):
            return self._planar(pixels)
        height, width = pixels.shape[:2]
        if pixels.dtype == np.uint16 and not self._target.is_rgb:
            pixels = _rescale(pixels, (255 << 8) / 65535)
        name = "rgb24" if pixels.dtype == np.uint8 else "rgb48le"
        packed = cast("NDArray[np.uint8]", np.ascontiguousarray(pixels))
        frame = av.VideoFrame.from_numpy_buffer(packed, format=name)
        return self._scaler(frame, width, height, self._format, **self._options())

    def _planar(self, pixels: Pixels) -> av.VideoFrame:
        height, width = pixels.shape[:2]
        frame = av.VideoFrame(width, height, self._format)
        factor = ((1 << self._target.components[0].bits) - 1) / np.iinfo(pixels.dtype).max
        for plane, channel in zip(planes(frame), (1, 2, 0), strict=True):
            plane[:] = np.rint(pixels[..., channel] * factor)
        return frame

    def _options(self) -> dict[str, str]:
        if self._target.is_rgb:
            return {}
        options = {"out_color_matrix": _NAMES[self._colour.matrix], "out_range": _range_name(self._colour)}
        return options | ({"out_chroma_loc": self._colour.siting} if is_subsampled(self._target) else {})


class _Scaler:
    """One swscale filter, built again when the frames that come change their size or format."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._graph = av.filter.Graph()

    def __call__(
        self, frame: av.VideoFrame, width: int, height: int, to: str, **options: str
    ) -> av.VideoFrame:
        key = (frame.width, frame.height, frame.format.name, width, height, to)
        if key != self._key:
            self._graph, self._key = _graph(frame, width, height, to, options), key
        pts, frame.pts = frame.pts, 0
        self._graph.vpush(frame)
        frame.pts = pts
        return self._graph.vpull()


def _graph(
    frame: av.VideoFrame, width: int, height: int, to: str, options: dict[str, str]
) -> av.filter.Graph:
    graph = av.filter.Graph()
    graph.threads = 1
    size = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1"
    settings = {"in_range": "pc", "out_range": "pc"} | options
    named = "".join(f":{name}={value}" for name, value in settings.items())
    graph.link_nodes(
        graph.add("buffer", size),
        graph.add("scale", f"{width}:{height}:flags={_SCALER}{named}"),
        graph.add("format", to),
        graph.add("buffersink"),
    ).configure()
    return graph


def planes(frame: av.VideoFrame) -> list[NDArray[np.uint8 | np.uint16]]:
    """The planes of a planar frame as arrays of shape (height, width) that share its memory."""
    dtype = np.dtype(np.uint16 if frame.format.components[0].bits > 8 else np.uint8)
    return [
        np.frombuffer(cast("memoryview", plane), dtype).reshape(
            plane.height, plane.line_size // dtype.itemsize
        )[:, : plane.width]
        for plane in frame.planes
    ]


def is_subsampled(pixel_format: VideoFormat) -> bool:
    """Whether chroma has fewer samples than luma."""
    return (pixel_format.chroma_width(16), pixel_format.chroma_height(16)) != (16, 16)


def siting_of(frame: av.VideoFrame) -> str | None:
    """Where the decoder says that chroma samples lie; None where it does not say, or says the centre.

    PyAV does not hand that field out, but its reformatter obeys it: a ramp painted over the chroma comes out
    shifted by the siting. The frame's own picture is lost.
    """
    if not frame.format.name.startswith("yuv420p") or min(frame.width, frame.height) < 32:
        return None
    across, down = (_shift(frame, axis) for axis in (1, 0))
    return {(0, 1): "left", (0, 0): "topleft", (1, 0): "top"}.get((across, down))


def _shift(frame: av.VideoFrame, axis: int) -> int:
    """0 where chroma sample i lies on luma sample 2i along `axis`, 1 where it lies half a sample later."""
    chroma = planes(frame)[1]
    step = 4 << (frame.format.components[0].bits - 8)
    ramp = (np.arange(chroma.shape[axis], dtype=np.int64) % 16 + 16) * step
    chroma[:] = ramp[:, None] if axis == 0 else ramp[None, :]
    full = frame.reformat(format=frame.format.name.replace("420", "444"), interpolation="BICUBIC")
    value = int(planes(full)[1].take(16, axis).take(16, 0))
    return 0 if abs(value - int(ramp[8])) < step // 8 + 1 else 1


def _range_name(colour: Colour) -> str:
    return "pc" if colour.range is Range.FULL else "tv"


def _rescale(pixels: Pixels, factor: float) -> Pixels:
    """Multiply uint16 pixels, rounded and saturated."""
    return cast("Pixels", cv2.addWeighted(pixels, factor, pixels, 0.0, 0.0))
