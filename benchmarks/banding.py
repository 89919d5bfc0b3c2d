"""Does dither help a slow gradient through the encoder, and what does depth do? Prints one row for each."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.colour import Colour, FromRgb, Matrix, Range, ToRgb
from sakuga.media.frames import Pixels

Levels = NDArray[np.float64]
HEIGHT, WIDTH, FRAMES, SIGMA = 180, 320, 12, 3.0


def truth() -> list[Levels]:
    """Gradients of a few levels, each frame a little brighter; (2H, 2W, 3) float, levels of 255."""
    y, x = np.mgrid[: 2 * HEIGHT, : 2 * WIDTH] / 2
    planes = (
        60 + 30 * x / WIDTH + 12 * y / HEIGHT,
        80 + 22 * x / WIDTH + 18 * y / HEIGHT,
        110 + 25 * np.hypot(x - WIDTH / 2, y - HEIGHT / 2) / WIDTH,
    )
    return [np.stack(planes, -1) + 0.2 * index for index in range(FRAMES)]


def ordered() -> Levels:
    matrix = np.array([[0, 2], [3, 1]])
    for _ in range(2):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    tiled = np.tile(matrix, (2 * HEIGHT // 8 + 1, 2 * WIDTH // 8 + 1))[: 2 * HEIGHT, : 2 * WIDTH]
    return (tiled[..., None] + 0.5) / 64 - 0.5


def blue() -> Levels:
    noise = np.random.default_rng(0).standard_normal((2 * HEIGHT, 2 * WIDTH))
    high = noise - cv2.GaussianBlur(noise, (0, 0), 1.5)
    return (high.ravel().argsort().argsort().reshape(high.shape) / high.size - 0.5)[..., None]


def stored(frames: list[Pixels], pixel_format: str) -> tuple[list[Levels], int]:
    """Levels of 255 as they come back from x264 at our settings, and bytes."""
    colour, file = Colour(Matrix.BT709, Range.LIMITED), io.BytesIO()
    from_rgb = FromRgb(colour, pixel_format)
    options = {"crf": "16", "preset": "medium", "aq-mode": "3"}
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream("libx264", 24, options=options)
        stream.height, stream.width, stream.pix_fmt = *frames[0].shape[:2], pixel_format
        for index, frame in enumerate(map(from_rgb, frames)):
            frame.pts, frame.time_base = index, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    to_rgb = ToRgb(colour, 2 * WIDTH, 2 * HEIGHT, 10 if "10" in pixel_format else 8)
    with av.open(file) as back:
        pixels = [to_rgb(frame) for frame in back.decode(video=0)]
    return [each * (255 / np.iinfo(each.dtype).max) for each in pixels], len(file.getvalue())


def bands(back: list[Levels], wanted: list[Levels]) -> float:
    """What is left of the error when its mean and all that is finer than SIGMA are taken away."""
    errors = [(got - want).astype(np.float32) for got, want in zip(back, wanted, strict=True)]
    return float(np.mean([np.std(cv2.GaussianBlur(e - e.mean((0, 1)), (0, 0), SIGMA)) for e in errors]))


def main() -> None:
    wanted = truth()
    ways = {
        "8 bits, rounded": ("yuv420p", 0.0),
        "8 bits, ordered dither": ("yuv420p", ordered()),
        "8 bits, blue noise": ("yuv420p", blue()),
        "10 bits": ("yuv420p10le", None),
    }
    print("| stored as | bands, levels of 255 | size |\n|---|---|---|")
    for name, (pixel_format, dither) in ways.items():
        if dither is None:
            frames: list[Pixels] = [np.rint(t * 257).astype(np.uint16) for t in wanted]
        else:
            frames = [np.rint(t + dither).astype(np.uint8) for t in wanted]
        back, size = stored(frames, pixel_format)
        print(f"| {name} | {bands(back, wanted):.2f} | {size / 1000:.0f} kB |")


if __name__ == "__main__":
    main()
