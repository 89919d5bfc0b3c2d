"""Short runs of frames from places all over a real clip, which is a video or a folder of frames.

Source: AnimeSR's released code learns an operator from 200 runs of 11 frames of one video.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from sakuga.engine.cuts import CutDetector
from sakuga.errors import InputError
from sakuga.media.excerpts import come_whole, excerpts
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits
from sakuga.media.picture import is_picture
from sakuga.media.plain import Rgb, read_rgb
from sakuga.media.video import VideoFile, open_video
from sakuga.train.film import folder_film

LENGTH = 11
EVEN = 2
"""Sides are cut, right and below, to multiples of this: then half of them is exact."""


@dataclass(frozen=True, slots=True)
class Run:
    """Frames in a row, of one size."""

    number: int
    frames: tuple[Rgb, ...]

    @property
    def shots(self) -> list[range]:
        """The places of frames between which there is no cut."""
        detect = CutDetector()
        cuts = [place for place, frame in enumerate(self.frames) if detect(frame)]
        ends = [*cuts, len(self.frames)]
        return [range(first, last) for first, last in zip([0, *cuts], ends, strict=True)]


@dataclass(frozen=True)
class Reel:
    """One clip, of which so many runs are taken at most."""

    path: Path
    most: int

    @staticmethod
    def of(path: Path, most: int) -> Reel:
        """Raises InputError where there is no clip, or it is shorter than two frames."""
        reel = Reel(path, most)
        if not path.exists():
            raise InputError(f"{path} could not be read: it does not exist.")
        if is_picture(path) and not reel.is_folder:
            raise InputError(f"{path} is a picture; name the folder of all frames of the clip.")
        if reel.is_folder and len(reel._files) < 2:
            raise InputError(f"{path} holds {len(reel._files)} pictures; a clip has two frames or more.")
        if not reel.is_folder:
            _ = reel._video.info
        return reel

    @property
    def is_folder(self) -> bool:
        return self.path.is_dir()

    @cached_property
    def count(self) -> int:
        """How many runs to expect; the files of some videos do not tell, and it is the largest number."""
        frames = len(self._files) if self.is_folder else self._video.info.frames
        return min(self.most, -(-frames // LENGTH)) if frames else self.most

    @property
    def told(self) -> str:
        """What knows it again."""
        size = len(self._files) if self.is_folder else self.path.stat().st_size
        return f"{self.path.name}, {size} {'frames' if self.is_folder else 'bytes'}"

    @property
    def sentence(self) -> str:
        """What looks odd; empty where nothing does."""
        if self.is_folder or not self._video.info.interlaced:
            return ""
        return f"{self.path} is flagged as interlaced; where it is combed, an operator learns that, too."

    def runs(self, wanted: Callable[[int], bool] = lambda _: True) -> Iterator[Run]:
        """Those whose number is wanted. Raises InputError where frames are damaged or of two sizes."""
        for number, frames in enumerate(self._taken()):
            if not wanted(number):
                continue
            # Where a place of a video is damaged, its run may have no frames.
            if taken := [eight_bits(frame).astype(np.uint8) for frame in frames]:
                yield Run(number, self._alike(taken))

    def _taken(self) -> Iterator[Iterable[Pixels]]:
        """Runs of frames that are read when they are asked for."""
        if self.is_folder:
            yield from (map(read_rgb, files) for files in _spread(self._files, self.most))
        elif come_whole(self._video.info, self.most, LENGTH):
            frames = (frame.pixels for each in excerpts(self._video, self.most, LENGTH) for frame in each)
            while some := list(islice(frames, LENGTH)):
                yield some
        else:
            for each in excerpts(self._video, self.most, LENGTH):
                yield (frame.pixels for frame in each)

    def _alike(self, frames: Sequence[Rgb]) -> tuple[Rgb, ...]:
        if len({frame.shape for frame in frames}) > 1:
            raise InputError(f"{self.path} holds frames of several sizes; a clip has one.")
        height, width = (side // EVEN * EVEN for side in frames[0].shape[:2])
        return tuple(frame[:height, :width] for frame in frames)

    @cached_property
    def _files(self) -> Sequence[Path]:
        return folder_film(self.path).pictures

    @cached_property
    def _video(self) -> VideoFile:
        return open_video(self.path)


def _spread(files: Sequence[Path], most: int) -> Iterator[Sequence[Path]]:
    """All of them in runs, or `most` runs from places as far apart."""
    if len(files) <= most * LENGTH:
        firsts = range(0, len(files), LENGTH)
    else:
        firsts = (place * (len(files) - LENGTH) // max(1, most - 1) for place in range(most))
    for first in firsts:
        yield files[first : first + LENGTH]
