"""What is measured: single pictures, folders of frames and videos, all as clips of 8-bit RGB frames."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sakuga.errors import InputError
from sakuga.evaluate.protocol import Protocol
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits
from sakuga.media.plain import read_rgb
from sakuga.media.sources import find
from sakuga.media.video import open_video


@dataclass(frozen=True, slots=True)
class Clip:
    """One or more frames that belong together."""

    name: str
    """Its place below the folder that was named."""
    files: tuple[Path, ...]
    """A picture, the frames of a folder in order, or one video."""
    kind: Literal["picture", "folder", "video"]

    def count(self) -> int:
        """How many frames; a video is decoded for it, as containers do not tell it reliably."""
        if self.kind != "video":
            return len(self.files)
        with open_video(self.files[0]) as video:
            return sum(1 for _ in video.frames())

    def frames(self, wanted: frozenset[int] | None = None) -> Iterator[tuple[int, Pixels]]:
        """Number and pixels (H, W, 3) of each frame, or of those `wanted`. Raises InputError for damage."""
        if self.kind != "video":
            for index, file in enumerate(self.files):
                if wanted is None or index in wanted:
                    yield index, read_rgb(file)
            return
        with open_video(self.files[0]) as video:
            for index, frame in enumerate(video.frames()):
                if wanted is None or index in wanted:
                    yield index, eight_bits(frame.pixels)
            if video.cut_off:
                raise InputError(video.cut_off)

    def file(self, index: int) -> Path:
        """Where a frame is."""
        return self.files[0] if self.kind == "video" else self.files[index]


def clips(folder: Path, protocol: Protocol) -> tuple[list[Clip], list[str]]:
    """All clips of a folder or a single file, in order, and a sentence for each thing that cannot be read.

    Raises InputError where there is nothing to measure.
    """
    found = find([folder])
    problems = [problem.sentence for problem in found.problems]
    groups: dict[str, list[Path]] = {}
    made: list[Clip] = []
    for source in found.sources:
        name = source.place.as_posix()
        if source.kind == "video":
            made.append(Clip(name, (source.path,), "video"))
        elif protocol.clips == "pictures" or source.path == folder:
            made.append(Clip(name, (source.path,), "picture"))
        else:
            parent = source.place.parent
            groups.setdefault(parent.as_posix() if parent.name else folder.name, []).append(source.path)
    made += [Clip(name, tuple(sorted(files, key=_natural)), "folder") for name, files in groups.items()]
    if not made:
        raise InputError(problems[0] if problems else f"{folder} holds no picture and no video.")
    return sorted(made, key=lambda clip: clip.name), problems


def _natural(path: Path) -> list[tuple[int, str]]:
    """Frame 2 comes before frame 10."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
