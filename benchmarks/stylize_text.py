"""Whether words on street signs can be read before and after a stylization, with and without --protect text.

    python benchmarks/stylize_text.py [--photo FILE] [--model FILE] [--keep FOLDER]

Signs are drawn into a photo, a made one without --photo, and the photo is stylized, with seeded weights
without --model. For each: the words that an optical reader reads (`pip install rapidocr-onnxruntime`, whose
weights are inside; left out where it is not installed), and how much of the letters' edges is left: the
correlation of the luma's gradients with the photo's inside the signs. Exits with 1 where protection does not
bring back the words.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sakuga.media.frames import Pixels
from sakuga.metrics.luma import luma
from sakuga.models.catalog import CATALOG, SCENE
from sakuga.models.load import Model, load
from sakuga.stylize.finish import controls
from sakuga.stylize.settings import StylizeSettings
from stylize import drawn, opened, photo, seeded

SIGNS = (
    ("MAIN STREET", 26, (20, 90, 60), (240, 240, 235), (30, 40)),
    ("Station 200 m", 18, (240, 240, 240), (30, 30, 40), (260, 90)),
    ("STOP", 34, (190, 30, 30), (250, 250, 250), (520, 180)),
    ("Museum of Art", 15, (30, 60, 140), (245, 245, 250), (120, 300)),
    ("CITY CENTRE 3 km", 22, (25, 70, 160), (250, 250, 250), (360, 360)),
)
"""Word, height of its letters, ground, ink, left and top corner."""

Box = tuple[slice, slice]


def with_signs(scene: Pixels) -> tuple[Pixels, list[Box]]:
    """The scene with the signs, soft as a camera sees them, and where these are."""
    image, boxes = Image.fromarray(scene), []
    pen = ImageDraw.Draw(image)
    for word, size, ground, ink, (left, top) in SIGNS:
        font = ImageFont.load_default(size)
        right, bottom = (int(side) for side in pen.textbbox((left, top), word, font)[2:])
        pen.rectangle((left - 8, top - 5, right + 8, bottom + 8), fill=ground)
        pen.text((left, top), word, ink, font)
        boxes.append((slice(top, bottom + 1), slice(left, right + 1)))
    return np.asarray(cv2.GaussianBlur(np.asarray(image), (0, 0), 0.6)), boxes


def edges_left(result: Pixels, source: Pixels, boxes: list[Box]) -> float:
    """Mean correlation, -1..1, of the gradients inside the boxes."""
    slopes = [np.stack(np.gradient(luma(picture))) for picture in (result, source)]
    pairs = ([slope[:, rows, columns].ravel() for slope in slopes] for rows, columns in boxes)
    return float(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs]))


def reader() -> Callable[[Pixels], set[str]] | None:
    """What gives the words of a picture, without blanks; None where none is installed."""
    try:
        from rapidocr_onnxruntime import RapidOCR  # pyright: ignore
    except ImportError:
        print("rapidocr-onnxruntime is not installed: edges are measured, words are not read.")
        return None
    engine: Any = RapidOCR()

    def read(picture: Pixels) -> set[str]:
        found, _ = engine(np.ascontiguousarray(picture[..., ::-1]))
        return {"".join(line[1].split()) for line in found or ()}

    return read


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--photo", type=Path)
    arguments.add_argument("--model", type=Path)
    arguments.add_argument("--keep", type=Path, help="folder for the three pictures")
    given = arguments.parse_args()
    scene = photo(768, 512)
    if given.photo:
        scene = np.asarray(Image.open(given.photo).convert("RGB").resize((768, 512)))
    before, boxes = with_signs(scene)
    model = load(given.model) if given.model else Model(CATALOG[SCENE], seeded(), None)
    plain = drawn(opened(model, "fp32"), before)
    finish = controls(StylizeSettings(protect="text")).finish(Path("signs.png"))
    assert finish is not None
    pictures = {"photo": before, "stylized": plain, "stylized, --protect text": finish(before, plain)}
    read, words = reader(), {"".join(word.split()) for word, *_ in SIGNS}
    print("| | words read | edges left |\n|---|---|---|")
    counts: list[int] = []
    for name, picture in pictures.items():
        counts.append(len(words & read(picture)) if read else -1)
        told = f"{counts[-1]} of {len(words)}" if read else ""
        print(f"| {name} | {told} | {edges_left(picture, before, boxes):.2f} |")
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(given.keep / f"{len(counts)}.png")
    if read:
        return int(counts[2] < counts[0])
    return int(edges_left(pictures["stylized, --protect text"], before, boxes) < 0.9)


if __name__ == "__main__":
    raise SystemExit(main())
