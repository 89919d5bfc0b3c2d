"""Letters for labels: a font that has all of them, looked for on this machine where Pillow's own has not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from sakuga.errors import InputError

Letters = Callable[[int], ImageFont.ImageFont | FreeTypeFont]
"""The font in a size, in pixels."""

# Looked for by Pillow in the folders that each system has for fonts.
FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf"),
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSansJP-Regular.otf"),
    *("VL-PGothic-Regular.ttf", "ipaexg.ttf", "ipag.ttf", "wqy-microhei.ttc", "DroidSansFallbackFull.ttf"),
    *("YuGothM.ttc", "meiryo.ttc", "msgothic.ttc", "msyh.ttc", "malgun.ttf", "segoeui.ttf"),
    *("ヒラギノ角ゴシック W3.ttc", "Hiragino Sans GB.ttc", "AppleSDGothicNeo.ttc", "Arial Unicode.ttf"),
)
_NOBODY_HAS = "\U0010ffff"


def letters(text: str, file: Path | None = None) -> Letters:
    """The first font that has every letter of `text`, or the one in `file`.

    Raises InputError where no font has them, or `file` is none.
    """
    if file is not None:
        return _named(file)
    missing = text
    for found in (partial(ImageFont.load_default), *(partial(_installed, name) for name in FONTS)):
        font = found(32)
        left = _missing(text, font) if font else text
        if not left:
            return partial(_sized, found)
        missing = min(missing, left, key=len)
    raise InputError(
        f"No font that is known here has {missing}; name one by --font, or choose other --labels."
    )


def _named(file: Path) -> Letters:
    try:
        ImageFont.truetype(file, 32)
    except (OSError, ValueError) as error:
        raise InputError(f"--font {file}: it cannot be used as a font ({error}).") from error
    return partial(ImageFont.truetype, file)


def _installed(name: str, size: int) -> FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def _sized(
    found: Callable[[int], ImageFont.ImageFont | FreeTypeFont | None], size: int
) -> ImageFont.ImageFont | FreeTypeFont:
    return found(size) or ImageFont.load_default(size)


def _missing(text: str, font: ImageFont.ImageFont | FreeTypeFont) -> str:
    """The letters that the font draws as it draws what it does not have."""
    nothing = _look(_NOBODY_HAS, font)
    wanted = dict.fromkeys(unicodedata.normalize("NFC", text))
    return "".join(each for each in wanted if not each.isspace() and _look(each, font) == nothing)


def _look(letter: str, font: ImageFont.ImageFont | FreeTypeFont) -> bytes:
    paper = Image.new("L", (64, 64))
    ImageDraw.Draw(paper).text((8, 8), letter, 255, font)
    return paper.tobytes()
