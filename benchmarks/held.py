"""Clips of limited animation by content type, compressed as fans find them, for the benchmark of reuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle
from math import sin
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageEnhance

from drawings import Drawings

RATE = Fraction(24000, 1001)
SIZE = (640, 480)
PAINTING = "paintings/pcart_2015_05_27_user_manual_by_David_Revoy.webp"
OTHER = "comics/pepper_carrot_e09p01.avif"
HEAD, NECK = (112, 0, 400, 222), (0.42, 0.22)
"""Of the drawing that turns its head: the head's box, and what it turns about, as shares of the sides."""
FACES = ("normal", "surprised", "puzzled", "happy", "smug")


@dataclass(frozen=True, slots=True)
class Stage:
    """What all clips are made of."""

    wide: Image.Image
    other: Image.Image
    faces: tuple[Image.Image, ...]
    figure: Image.Image
    bust: Image.Image
    """A figure as a medium shot has it, without its head."""
    head: Image.Image
    """The head, on a canvas of the bust's size."""

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
    whole = drawings.character("youmu", "normal")
    return Stage(wide, other, faces, _scaled(whole, 420), *(_scaled(part, 560) for part in _apart(whole)))


def _apart(drawing: Image.Image) -> tuple[Image.Image, Image.Image]:
    """The body without the head, and the head, on canvases of the same size."""
    empty = Image.new("RGBA", drawing.size)
    bust, head = drawing.copy(), empty.copy()
    bust.paste(empty.crop(HEAD), HEAD[:2])
    head.paste(drawing.crop(HEAD), HEAD[:2])
    return bust, head


def _scaled(drawing: Image.Image, height: int) -> Image.Image:
    return drawing.resize((round(drawing.width * height / drawing.height), height), Image.Resampling.LANCZOS)


def twos(s: Stage, n: int) -> Image.Image:
    """A figure in a medium shot that turns its head on twos; all else stands still."""
    neck = s.head.width * NECK[0], s.head.height * NECK[1]
    turned = s.head.rotate(4 * sin(n // 2 * 0.8), Image.Resampling.BICUBIC, center=neck)
    return s.over(s.over(s.other, s.bust, 170, 40), turned, 170, 40)


def twos_close(s: Stage, n: int) -> Image.Image:
    """A body in close-up, most of the frame, all of which moves on twos."""
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


def film(s: Stage, n: int) -> Image.Image:
    """All of these in shots that follow each other, about as often as a series has them."""
    shots = cycle(FILM)
    content, length = next(shots)
    while n >= length:
        n -= length
        content, length = next(shots)
    return content(s, n)


FILM = ((hold, 36), (twos, 24), (threes, 60), (fade, 24), (twos_close, 16), (twos, 24), (pan, 16))
"""Content and frames of each shot."""
CONTENT: dict[str, Callable[[Stage, int], Image.Image]] = {
    f.__name__.replace("_", "-"): f for f in (hold, threes, twos, twos_close, cuts, fade, pan, motion, film)
}
LENGTH = {"film": sum(length for _, length in FILM)}
"""Frames of what has a length of its own."""


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
