"""Clips of limited animation by content type, compressed as fans find them, for the benchmark of reuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageEnhance

from drawings import Drawings

RATE = Fraction(24000, 1001)
SIZE = (640, 480)
PAINTING = "paintings/pcart_2015_05_27_user_manual_by_David_Revoy.webp"
OTHER = "comics/pepper_carrot_e09p01.avif"
FACES = ("normal", "surprised", "puzzled", "happy", "smug")


@dataclass(frozen=True, slots=True)
class Stage:
    """What all clips are made of."""

    wide: Image.Image
    other: Image.Image
    faces: tuple[Image.Image, ...]
    figure: Image.Image

    def over(self, background: Image.Image, drawing: Image.Image, x: float, y: float) -> Image.Image:
        frame = background.copy()
        frame.paste(drawing, (round(x), round(y)), drawing)
        return frame

    def window(self, left: float) -> Image.Image:
        """The wide painting seen from `left`, at fractions of a pixel too."""
        box = (left, 0, left + SIZE[0], SIZE[1])
        return self.wide.transform(SIZE, Image.Transform.EXTENT, box, Image.Resampling.BICUBIC)


def stage(root: Path) -> Stage:
    drawings = Drawings(root)
    castle = drawings.open(PAINTING).crop((740, 40, 1800, 800))
    wide = castle.resize((1280, 960), Image.Resampling.LANCZOS).crop((0, 200, 1280, 680))
    other = drawings.open(OTHER).crop((46, 66, 946, 716)).resize(SIZE, Image.Resampling.LANCZOS)
    faces = tuple(_scaled(drawings.character("reimu", face), 620) for face in FACES)
    return Stage(wide, other, faces, _scaled(drawings.character("youmu", "normal"), 420))


def _scaled(drawing: Image.Image, height: int) -> Image.Image:
    return drawing.resize((round(drawing.width * height / drawing.height), height), Image.Resampling.LANCZOS)


def twos(s: Stage, n: int) -> Image.Image:
    """A body that moves on twos over a still background."""
    return s.over(s.window(0), s.faces[n // 8 % 5], 60 + 5 * (n // 2), 40 + (n // 2) % 3)


def threes(s: Stage, n: int) -> Image.Image:
    """A face that talks on threes; all else stands still."""
    return s.over(s.window(0), s.faces[n // 3 % 5], 90, 30)


def hold(s: Stage, n: int) -> Image.Image:
    """One drawing, held."""
    del n
    return s.over(s.window(100), s.faces[0], 120, 40)


def pan(s: Stage, n: int) -> Image.Image:
    """A held character over a background that moves on ones."""
    return s.over(s.window(3.3 * n), s.faces[n // 12 % 5], 120, 30)


def fade(s: Stage, n: int) -> Image.Image:
    """A held picture, slowly from black."""
    return ImageEnhance.Brightness(hold(s, 0)).enhance(min(1.0, n / 40))


def cuts(s: Stage, n: int) -> Image.Image:
    """A new shot every twelve frames, each on threes."""
    background = (s.window(0), s.other, s.window(400))[n // 12 % 3]
    return s.over(background, s.faces[n // 3 % 5], 40 + 90 * (n // 12 % 3), 30)


def motion(s: Stage, n: int) -> Image.Image:
    """Everything moves on ones."""
    return s.over(s.window(5.7 * n), s.figure, 40 + 7 * n, 40 + 3 * (n % 9))


CONTENT: dict[str, Callable[[Stage, int], Image.Image]] = {
    f.__name__: f for f in (hold, threes, twos, cuts, fade, pan, motion)
}


def frames(s: Stage, content: str, count: int) -> Iterator[np.ndarray]:
    """`count` frames (480, 640, 3), uint8, before compression."""
    for n in range(count):
        yield np.asarray(CONTENT[content](s, n))


def encoded(pictures: Iterator[np.ndarray], path: Path, kilobits: int) -> Path:
    """The pictures as 4:2:0 H.264 at a constrained rate."""
    options = {"preset": "medium", "maxrate": f"{kilobits}k", "bufsize": f"{2 * kilobits}k"}
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", RATE, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *SIZE, "yuv420p", kilobits * 1000
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode(None))
    return path
