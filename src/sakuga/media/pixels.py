"""From Pillow's images to full-range RGB or grey arrays, upright, in memory near their own size."""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from PIL import Image, ImageCms, ImageFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sakuga.media.frames import Pixels

_LOCK = threading.RLock()
_BAND = 1 << 22
_TARGETS = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "La": "LA",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
    "PA": "RGBA",
    "YCbCr": "RGB",
    "CMYK": "RGB",
    "LAB": "RGB",
}
_PROFILED = ("CMYK", "LAB")
"""Modes whose colour profile does not fit the RGB that they are converted to."""

Convert = Callable[[Image.Image], Image.Image]


@contextlib.contextmanager
def unguarded() -> Generator[None]:
    """Inside, Pillow takes pictures of any size, warns of nothing, and never fills up a truncated file.

    The switches of Pillow are the whole process's: they are set only for the calls inside, and put back.
    """
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = None, False
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = before


def target_of(image: Image.Image) -> str:
    """L, LA, RGB or RGBA, whichever holds all of an image; ValueError, ending a sentence, where none does."""
    if image.mode == "P":
        colours = "L" if _is_grey(image) else "RGB"
        return colours + "A" if image.has_transparency_data else colours
    target = _TARGETS.get(image.mode)
    if target is None:
        raise ValueError(f"its pixels are of kind {image.mode}; save it with 8 bits per channel first")
    return target + "A" if target in ("L", "RGB") and "transparency" in image.info else target


def keeps_profile(image: Image.Image) -> bool:
    """Whether the colour profile still fits the pixels after conversion."""
    return image.mode not in _PROFILED


def arrays(image: Image.Image, target: str) -> tuple[Pixels, Pixels | None]:
    """Pixels (H, W, 3 or 1) and alpha (H, W, 1) of a loaded image, uint8."""
    width, height = image.size
    channels = len(target) - target.endswith("A")
    pixels = np.empty((height, width, channels), np.uint8)
    alpha = np.empty((height, width, 1), np.uint8) if target.endswith("A") else None
    convert, rows = _converter(image, target), max(1, _BAND // (4 * width))
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        band = np.asarray(convert(image.crop((0, top, width, bottom)))).reshape(bottom - top, width, -1)
        pixels[top:bottom] = band[:, :, :channels]
        if alpha is not None:
            alpha[top:bottom] = band[:, :, -1:]
    return pixels, alpha


def _is_grey(image: Image.Image) -> bool:
    """Whether a palette holds only greys, and no profile says that they are colours."""
    palette, profile = image.getpalette("RGB") or [], image.info.get("icc_profile") or b""
    return palette[0::3] == palette[1::3] == palette[2::3] and profile[16:20] != b"RGB "


def _converter(image: Image.Image, target: str) -> Convert:
    if image.mode in _PROFILED:
        return _through_profile(image)
    if image.mode in ("P", "La"):
        full = "RGBA" if target.endswith("A") else "RGB"
        return lambda band: _narrowed(band.convert("LA") if band.mode == "La" else band.convert(full), target)
    return lambda band: band if band.mode == target else band.convert(target)


def _narrowed(band: Image.Image, target: str) -> Image.Image:
    """RGB or RGBA of grey only, as L or LA."""
    if not target.startswith("L") or band.mode == "LA":
        return band
    red = band.getchannel(0)
    return Image.merge("LA", (red, band.getchannel(3))) if target == "LA" else red


def _through_profile(image: Image.Image) -> Convert:
    """To sRGB, as the picture's own profile says; by Pillow's plain formula where it has none that works."""
    own = _profile("LAB") if image.mode == "LAB" else io.BytesIO(image.info.get("icc_profile") or b"")
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    try:
        transform = ImageCms.buildTransform(own, _profile("sRGB"), image.mode, "RGB", intent, flags)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return lambda band: band.convert("RGB")
    return lambda band: _applied(band, transform)


def _profile(space: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(cast("Any", ImageCms).createProfile(space))


def _applied(band: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(band, transform)
    if converted is None:
        raise ValueError("its colour profile cannot be applied")
    return converted


_TURNS: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """An array (H, W, C) turned as the EXIF orientation says, in memory order."""
    turn = _TURNS.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


def turns_sideways(orientation: int) -> bool:
    """Whether upright width and height are the stored height and width."""
    return orientation >= 5
