"""An episode out of drawings, as television has them: cuts, drawings held, pans, and faces that talk."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from drawings import Drawings

RATE = Fraction(24000, 1001)
SIZE = (1280, 720)
KINDS = ("comic", "painting", "cel", "vector", "photo")
FACES = ("normal", "surprised", "puzzled", "happy", "smug")

Frame = NDArray[np.uint8]


def stills(root: Path, count: int) -> list[str]:
    """`count` pictures of all kinds in turn, none of the test split; the same for the same folder."""
    drawings = Drawings(root)
    kinds = [drawings.files(kind) for kind in KINDS]
    turns = [files[turn % len(files)] for turn in range(count) for files in kinds]
    return turns[:count]


def shots(root: Path, seconds: float, seed: int = 0) -> Iterator[Frame]:
    """Frames (720, 1280, 3) of a film of this length; unchanged ones are the same array."""
    rng, left, number = np.random.default_rng(seed), round(seconds * RATE), 0
    drawings, names = Drawings(root), stills(root, 400)
    while left > 0:
        length = min(left, int(rng.integers(30, 140)))
        wide = _covering(np.asarray(drawings.open(names[number % len(names)])), 1.0 + 0.3 * rng.random())
        yield from _shot(drawings, wide, length, int(rng.integers(0, 4)))
        left, number = left - length, number + 1


def _shot(drawings: Drawings, wide: Frame, length: int, kind: int) -> Iterator[Frame]:
    """0 a hold, 1 a pan, 2 a face that talks on threes, 3 a figure that moves on twos."""
    room_x, room_y = wide.shape[1] - SIZE[0], wide.shape[0] - SIZE[1]
    still = np.ascontiguousarray(wide[room_y // 2 :][: SIZE[1], room_x // 2 :][:, : SIZE[0]])
    held = still
    for index in range(length):
        if kind == 1:
            share = index / length
            held = np.ascontiguousarray(
                wide[int(room_y * share) :][: SIZE[1], int(room_x * share) :][:, : SIZE[0]]
            )
        elif kind == 2 and index % 3 == 0:
            held = _over(still, drawings, FACES[index // 3 % len(FACES)], 400, 100)
        elif kind == 3 and index % 2 == 0:
            held = _over(still, drawings, "normal", 100 + 5 * index % 700, 60 + index // 2 % 3)
        yield held


_figures: dict[str, tuple[Frame, Frame]] = {}


def _over(ground: Frame, drawings: Drawings, face: str, x: int, y: int) -> Frame:
    if face not in _figures:
        image = drawings.character("reimu", face)
        image = image.resize((round(image.width * 620 / image.height), 620))
        pixels = np.asarray(image)
        _figures[face] = pixels[..., :3].astype(np.float32), pixels[..., 3:].astype(np.float32) / 255
    colour, alpha = _figures[face]
    frame = ground.copy()
    part = frame[y : y + colour.shape[0], x : x + colour.shape[1]]
    colour, alpha = colour[: part.shape[0], : part.shape[1]], alpha[: part.shape[0], : part.shape[1]]
    part[:] = part * (1 - alpha) + colour * alpha
    return frame


def _covering(picture: Frame, factor: float) -> Frame:
    height, width = picture.shape[:2]
    scale = factor * max(SIZE[0] / width, SIZE[1] / height)
    size = max(SIZE[0], round(width * scale)), max(SIZE[1], round(height * scale))
    return np.asarray(
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    )


def encoded(frames: Iterator[Frame], path: Path, codec: str = "libx264", **options: str) -> Path:
    """The frames as 4:2:0 video, its colours tagged as BT.709."""
    with av.open(path, "w") as out:
        stream = out.add_stream(codec, RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        context = stream.codec_context
        context.colorspace, context.color_range = 1, 1
        context.color_primaries, context.color_trc = 1, 1
        before, converted = None, None
        for index, frame in enumerate(frames):
            if frame is not before:
                rgb = av.VideoFrame.from_ndarray(frame, "rgb24")
                converted = rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
                before = frame
            converted.pts, converted.time_base = index, 1 / RATE
            out.mux(stream.encode(converted))
        out.mux(stream.encode(None))
    return path
