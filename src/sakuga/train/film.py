"""One clip of a data set: frames in a row, in a folder or in a part of a video."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import dropwhile, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.frames import Pixels, VideoFrame
from sakuga.media.layout import eight_bits
from sakuga.media.manifest import Entry
from sakuga.media.picture import is_picture, open_picture
from sakuga.media.plain import Rgb, read_rgb
from sakuga.media.span import Span
from sakuga.media.video import open_video


@dataclass(frozen=True, slots=True)
class Film:
    """Where the frames are."""

    file: Path
    """The folder, or the video."""
    pictures: tuple[Path, ...] = ()
    """One for each frame; none where it is a video."""
    numbers: tuple[int, ...] = ()
    """Of the frames of a video, in the order of time."""
    pts: int | None = None
    """Of the first one, on the file's own clock; without it the video is decoded from its beginning."""
    time: float = 0.0
    """Of the first one, in seconds, to find it quickly."""

    def __len__(self) -> int:
        return len(self.pictures) or len(self.numbers)

    def frames(self, wanted: Sequence[int]) -> list[Rgb]:
        """Those at the places `wanted`, rising, counted from 0. Raises InputError where one is not there."""
        if self.pictures:
            return [read_rgb(self.pictures[place]) for place in wanted]
        offsets = [self.numbers[place] - self.numbers[0] for place in wanted]
        passing = enumerate(islice(self._passing(), offsets[-1] + 1))
        found = [_rgb(frame.pixels) for number, frame in passing if number in offsets]
        if len(found) < len(offsets):
            raise InputError(f"{self.file} has no {len(offsets)} frames where its manifest says so.")
        return found

    def size(self) -> tuple[int, int]:
        """(height, width) of the first frame. Raises InputError where it cannot be read."""
        if not self.pictures:
            info = open_video(self.file).info
            return info.height, info.width
        with open_picture(self.pictures[0]) as picture:
            return picture.height, picture.width

    def _passing(self) -> Iterator[VideoFrame]:
        """The video from the clip's first frame on."""
        if self.pts is None:
            return open_video(self.file).frames(self.numbers[0])
        begin = max(Fraction(0), Fraction(self.time).limit_denominator(1000) - 1)
        video = open_video(self.file, span=Span(begin))
        return dropwhile(lambda frame: frame.pts != self.pts, video.frames())


def films_of(path: Path) -> list[Film]:
    """All clips of a manifest; of a folder without one, each folder of frames below it.

    Raises InputError for what is no clip, or not there.
    """
    entries = manifest.read(path)
    manifest.check(entries)
    if path.is_dir() and not (path / manifest.NAME).is_file():
        return [folder_film(folder) for folder in sorted({entry.file.parent for entry in entries})]
    return [film_of(entry) for entry in entries]


def film_of(entry: Entry) -> Film:
    """The clip that a line of a manifest means. Raises InputError where it means none."""
    if entry.file.is_dir():
        return folder_film(entry.file)
    if not entry.is_clip:
        raise InputError(f"{entry.file} is a picture; a clip is a folder of frames, or a part of a video.")
    told = entry.rest
    try:
        pts = None if told.get("pts") is None else int(told["pts"])
        return Film(entry.file, (), _numbers(told), pts, float(told.get("time") or 0))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"{entry.file} is a video, and its line does not say which of its frames are meant: it needs"
            " whole numbers `first` and `count`, or a rising list `frames`."
        ) from error


def folder_film(folder: Path) -> Film:
    """All pictures of a folder, by name."""
    return Film(folder, tuple(sorted(path for path in folder.iterdir() if _is_frame(path))))


def _is_frame(path: Path) -> bool:
    return is_picture(path) and not path.name.startswith(".")


def _numbers(told: Mapping[str, Any]) -> tuple[int, ...]:
    """Raises LookupError, TypeError or ValueError where they are missing or no numbers that rise."""
    listed = told.get("frames") or range(int(told["first"]), int(told["first"]) + int(told["count"]))
    numbers = tuple(map(int, listed))
    if not numbers or numbers[0] < 0 or any(a >= b for a, b in pairwise(numbers)):
        raise ValueError
    return numbers


def _rgb(pixels: Pixels) -> Rgb:
    return eight_bits(pixels).astype(np.uint8)
