"""PNG in a tenth of the time and a fifth more bytes, for the many pictures of data sets."""

from __future__ import annotations

from pathlib import Path

import cv2

from sakuga.errors import OutputError
from sakuga.media.atomic import replacing
from sakuga.media.frames import Pixels


def write_png(path: Path, pixels: Pixels) -> None:
    """Write (H, W, 3) RGB, uint8 or uint16; the file appears when it is whole. Raises OutputError."""
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    if not done:
        raise OutputError(f"{path} could not be written as PNG.")
    with replacing(path) as partial:
        partial.write_bytes(data.tobytes())
