"""Small pictures of what a set holds, kept for its pages."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from sakuga.curate.records import FOLDER
from sakuga.media.atomic import replacing
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits

SIZE = (320, 180)
QUALITY = 70


def thumbnail(out: Path, file: str) -> Path:
    """Where the small picture of a file, or of a folder of frames, is kept."""
    return out / FOLDER / f"{file}.webp"


def write_thumbnail(out: Path, file: str, pixels: Pixels) -> None:
    """Keep a small picture of (H, W, 3). Raises OutputError."""
    image = Image.fromarray(eight_bits(pixels))
    image.thumbnail(SIZE, Image.Resampling.BOX, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=2)
    with replacing(thumbnail(out, file)) as partial:
        partial.write_bytes(buffer.getvalue())
