"""Look at a file before it is restored: what it is, and how damaged, from a few frames of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sakuga.engine import alpha
from sakuga.engine.cuts import CutDetector
from sakuga.engine.grey import to_rgb
from sakuga.errors import InputError
from sakuga.media.excerpts import Weight, excerpts
from sakuga.media.frames import Pixels
from sakuga.media.picture import open_picture
from sakuga.media.probe import VideoInfo
from sakuga.media.sources import Kind, find
from sakuga.media.video import open_video
from sakuga.metrics.blocking import blocking
from sakuga.metrics.blur import blur
from sakuga.metrics.held import held
from sakuga.metrics.luma import Luma, luma
from sakuga.metrics.native import native
from sakuga.metrics.noise import noise
from sakuga.metrics.ringing import ringing

PLACES, LENGTH = 12, 40
"""Places of a video that are looked at, and frames in a row at each."""
KEPT = 10
"""Frames of each place that are kept, to restore and encode a little of them."""
CROP = (160, 224)
"""(height, width) of a crop in source pixels: large enough for a network to run as fast as on a frame."""
BLACK = 4.0
"""Levels of contrast below which a frame shows nothing."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, and what was measured of it."""

    path: Path
    kind: Kind
    width: int
    height: int
    moving: bool
    """Whether it is a video or an animation."""
    frames: int
    """Of a video by its header, 0 where that does not tell; of an animation or TIFF all it has."""
    seconds: float
    """0 for pictures."""
    rate: float
    """Frames per second; 0 for pictures."""
    format: str
    """Container or picture format."""
    codec: str
    """Empty for pictures."""
    depth: int
    chroma: str
    """Empty for pictures."""
    interlaced: bool
    """Whether the file is flagged so; the frames themselves are not searched for combs."""
    others: tuple[str, ...]
    """All other streams of a video."""
    looked_at: int
    """Frames that all below comes from."""
    blocking: float
    ringing: float
    blur: float
    noise: float
    """See the files of `sakuga.metrics` for these four."""
    native_height: float
    """Rows that the detail needs; the height itself where all of it is used."""
    held_share: float | None
    """Share of frames that show the drawing of the frame before; None for stills."""
    cuts_per_minute: float | None


@dataclass(frozen=True, slots=True)
class Look:
    """An inspection with the frames that it was made from."""

    found: Inspection
    clips: list[list[Pixels]]
    """Frames in a row, from places spread over the file, cropped to CROP: enough to restore a little."""
    info: VideoInfo | None
    """Of a video."""
    weight: Weight = field(default_factory=Weight)


def inspect(path: Path) -> Look:
    """Look at the picture or video `path`. Raises InputError, naming it, where it cannot be read."""
    return _video(path) if kind_of(path) == "video" else _picture(path)


def kind_of(path: Path) -> Kind:
    """Raises InputError for folders, and for what is neither picture nor video."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name one picture or video.")
    found = find([path])
    if found.problems:
        raise InputError(found.problems[0].sentence)
    return found.sources[0].kind


def _video(path: Path) -> Look:
    with open_video(path) as video:
        info, weight = video.info, Weight()
        counts = _Counts()
        for run in excerpts(video, PLACES, LENGTH, weight):
            counts.add(frame.pixels for frame in run)
        if not counts.frames:
            raise InputError(f"{path} holds no frame that can be decoded.")
    found = Inspection(
        path=path,
        kind="video",
        width=info.width,
        height=info.height,
        moving=True,
        frames=info.frames,
        seconds=info.duration,
        rate=float(info.rate),
        format=info.format,
        codec=info.codec,
        depth=info.depth,
        chroma=info.chroma,
        interlaced=info.interlaced,
        others=info.others,
        looked_at=counts.frames,
        held_share=counts.held / counts.pairs if counts.pairs else None,
        cuts_per_minute=60 * counts.cuts * float(info.rate) / counts.pairs if counts.pairs else None,
        **counts.measured(),
    )
    return Look(found, counts.clips, info, weight)


def _picture(path: Path) -> Look:
    with open_picture(path) as picture:
        counts = _Counts()
        shown = (opaque(frame.pixels, frame.alpha) for frame in islice(picture, PLACES))
        if picture.loop is None:
            shown = islice(shown, 1)
        counts.add(shown)
    found = Inspection(
        path=path,
        kind="picture",
        width=picture.width,
        height=picture.height,
        moving=picture.moving,
        frames=picture.count,
        seconds=0.0,
        rate=0.0,
        format=picture.format,
        codec="",
        depth=16 if picture.dtype == "uint16" else 8,
        chroma="",
        interlaced=False,
        others=(),
        looked_at=counts.frames,
        held_share=counts.held / counts.pairs if counts.pairs else None,
        cuts_per_minute=None,
        **counts.measured(),
    )
    return Look(found, counts.clips, None)


class _Counts:
    """What is counted and measured while frames pass; it holds crops, and one frame."""

    def __init__(self) -> None:
        self.frames = self.pairs = self.held = self.cuts = 0
        self.clips: list[list[Pixels]] = []
        self._values: list[dict[str, float]] = []
        self._flat: list[dict[str, float]] = []

    def add(self, run: Iterable[Pixels]) -> None:
        """Count one run of frames; of each LENGTH frames the first are kept and the first is measured."""
        detector, before = CutDetector(), None
        for index, frame in enumerate(run):
            now = luma(frame)
            if index % LENGTH == 0:
                self._measure(now)
                self.clips.append([])
            if index % LENGTH < KEPT:
                self.clips[-1].append(cropped(frame))
            self.cuts += detector(frame)
            if before is not None:
                self.pairs += 1
                self.held += held(before, now)
            before = now
            self.frames += 1

    def _measure(self, picture: Luma) -> None:
        values = {name: float(measure(picture)) for name, measure in MEASURES.items()}
        (self._values if np.std(picture) > BLACK else self._flat).append(values)

    def measured(self) -> dict[str, Any]:
        """The median of each measure over the frames that show something, or over all if none does."""
        values = self._values or self._flat
        return {name: median(each[name] for each in values) for name in MEASURES}


def cropped(frame: Pixels) -> Pixels:
    """The middle CROP of a frame at an even place."""
    height, width = frame.shape[:2]
    top, left = max(0, height - CROP[0]) // 4 * 2, max(0, width - CROP[1]) // 4 * 2
    return frame[top : top + CROP[0], left : left + CROP[1]].copy()


def opaque(pixels: Pixels, transparency: Pixels | None) -> Pixels:
    """What a network sees of a picture's frame: RGB, with colour under what is transparent."""
    rgb = to_rgb(pixels)
    return rgb if transparency is None else alpha.bleed(rgb, transparency)


MEASURES: dict[str, Callable[[Luma], float]] = {
    "blocking": blocking,
    "ringing": ringing,
    "blur": blur,
    "noise": noise,
    "native_height": native,
}
"""Adding a measure is adding an entry here and its field in Inspection."""
