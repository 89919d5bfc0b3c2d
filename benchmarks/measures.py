"""How far the measures of curation can be trusted: complexity, likeness and lettering on drawings.

    python benchmarks/measures.py [../shared/data] [--pictures 9] [--font FONT.ttf ...]

Complexity: its order of pictures (Spearman's rho) and its largest change when they are coded by H.264 or
H.265, resized, or grainy, against the same pictures clean at 720 rows. Likeness: bits between versions of one
picture, and between different ones. Lettering: how many pictures with text are called text-heavy, and how
many without; --font names fonts of other scripts, which are given Japanese text.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from drawings import Drawings
from sakuga.metrics.complexity import complexity
from sakuga.metrics.lettering import TEXT, lettering
from sakuga.metrics.likeness import ALIKE, distance, fingerprint
from sakuga.metrics.luma import small

KINDS = ("cel", "comic", "painting", "vector", "character")
LATIN = ("Directed by Hanako Sato", "Music composed by Kenta Ito", "Key animation", "Jiro Takahashi")
KANJI = ("監督　佐藤花子", "音楽　伊藤健太", "作画監督　田中美咲", "脚本　鈴木一郎　高橋二郎")

Frame = NDArray[np.uint8]


def picture(drawings: Drawings, file: str) -> Frame:
    """(1080, 1920, 3), the upper middle of a drawing over grey."""
    image = drawings.open(file, "RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, (200, 205, 215, 255)), image).convert("RGB")
    scale = max(1920 / image.width, 1080 / image.height)
    size = max(1920, round(image.width * scale)), max(1080, round(image.height * scale))
    image = image.resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - 1920) // 2, (size[1] - 1080) // 3
    return np.asarray(image.crop((left, top, left + 1920, top + 1080)))


def coded(frame: Frame, codec: str, crf: int) -> Frame:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as out:
        stream = out.add_stream(codec, 24, options={"crf": str(crf), "x265-params": "log-level=error"})
        stream.height, stream.width, stream.pix_fmt = *frame.shape[:2], "yuv420p"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")))
        out.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as source:
        return next(source.decode(video=0)).to_ndarray(format="rgb24")


def sized(frame: Frame, rows: int) -> Frame:
    size = round(frame.shape[1] * rows / frame.shape[0]), rows
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))


def grainy(frame: Frame, sigma: float) -> Frame:
    grain = np.random.default_rng(0).normal(0, sigma, frame.shape[:2])[..., None]
    return np.clip(np.rint(frame + grain), 0, 255).astype(np.uint8)


DAMAGES: dict[str, Callable[[Frame], Frame]] = {
    "H.264 crf 23": lambda frame: coded(sized(frame, 720), "libx264", 23),
    "H.264 crf 28": lambda frame: coded(sized(frame, 720), "libx264", 28),
    "H.265 crf 28": lambda frame: coded(sized(frame, 720), "libx265", 28),
    "1080 rows": lambda frame: frame,
    "480 rows": lambda frame: sized(frame, 480),
    "360 rows": lambda frame: sized(frame, 360),
    "grain of 6 levels": lambda frame: grainy(sized(frame, 720), 6),
}


def rho(one: Sequence[float], other: Sequence[float]) -> float:
    ranks = [np.argsort(np.argsort(values)) for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


def written(frame: Frame, lines: Sequence[str], font: ImageFont.FreeTypeFont, *, rolling: bool) -> Frame:
    image = Image.fromarray(frame)
    pen, step = ImageDraw.Draw(image), round(font.size * 1.4)
    top = 80 if rolling else image.height - 30 - len(lines) * step
    for number, line in enumerate(lines):
        left = (image.width - pen.textlength(line, font)) / 2
        pen.text((left, top + step * number), line, "white", font, stroke_width=3, stroke_fill="black")
    return np.asarray(image)


def texts(frames: Sequence[Frame], fonts: Sequence[Path]) -> None:
    print("\n| text | size | called text-heavy |\n|---|---|---|")
    print(f"| none | | {share(frames):.0%} |")
    for path in (None, *fonts):
        lines = KANJI if path else LATIN
        for what, size, count, rolling in (("subtitle", 42, 2, False), ("credits", 36, 12, True)):
            font = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
            shown = (lines * 3)[:count]
            found = share([written(frame, shown, font, rolling=rolling) for frame in frames])
            print(f"| {what}, {path.name if path else 'Latin'} | {size} of 720 | {found:.0%} |")


def share(frames: Sequence[Frame]) -> float:
    return float(np.mean([lettering(frame) >= TEXT for frame in frames]))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--pictures", type=int, default=9, help="of each kind")
    arguments.add_argument("--font", type=Path, nargs="*", default=[])
    given = arguments.parse_args()
    drawings = Drawings(given.data)
    files = [drawings.files(kind) for kind in KINDS]
    files = [
        file for each in files for file in each[:: max(1, len(each) // given.pictures)][: given.pictures]
    ]
    frames = [picture(drawings, file) for file in files]
    clean = [sized(frame, 720) for frame in frames]
    score = [complexity(small(frame)) for frame in clean]
    prints = [fingerprint(small(frame)) for frame in clean]
    print(f"{len(frames)} pictures, complexity {min(score):.2f} to {max(score):.2f}")
    print("| damage | rho | largest change | bits, mean / most |\n|---|---|---|---|")
    for name, damage in DAMAGES.items():
        damaged = [small(damage(frame)) for frame in frames]
        now = [complexity(each) for each in damaged]
        bits = [distance(a, fingerprint(b)) for a, b in zip(prints, damaged, strict=True)]
        change = max(abs(a - b) for a, b in zip(score, now, strict=True))
        print(
            f"| {name} | {rho(score, now):.3f} | {change:.3f} | {np.mean(bits):.1f} / {max(bits)} |",
            flush=True,
        )
    apart = sorted(distance(a, b) for a, b in combinations(prints, 2))
    alike = sum(bits <= ALIKE for bits in apart)
    print(
        f"different pictures: {apart[0]} bits apart or more, median {apart[len(apart) // 2]};"
        f" {alike} of {len(apart)} pairs called alike"
    )
    texts([coded(frame, "libx264", 23) for frame in clean], given.font)


if __name__ == "__main__":
    main()
