"""How papers measure, as data: what a clip is, which frames are looked at, and what the mean is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Frames = Literal["all", "every 10th", "first, middle, last"]


@dataclass(frozen=True, slots=True)
class Protocol:
    """One way to measure a folder; a video is a clip in all of them."""

    clips: Literal["pictures", "folders"]
    """Whether each picture stands for itself, or all pictures of a folder are the frames of one clip."""
    frames: Frames
    """Which frames measures of pictures look at; those of movement see all."""
    mean: Literal["clips", "pictures"]
    """Whether each clip counts once, or each picture that was measured."""
    halves: int | None = None
    """Pixels above which measures without a reference look at the left and the right half by themselves."""
    expected: tuple[int, int] | None = None
    """Clips, and frames of each, where the data set is known."""
    source: str = ""


PROTOCOLS: Mapping[str, Protocol] = {
    "plain": Protocol("pictures", "all", "clips", source="each picture by itself, all frames of videos"),
    "frames": Protocol("folders", "all", "clips", source="each folder of pictures is a clip"),
    "animesr": Protocol(
        "folders",
        "every 10th",
        "clips",
        expected=(46, 100),
        source="AVC-RealLQ as AnimeSR (NeurIPS 2022) measures it: one of every 10 frames, mean of clip means",
    ),
    "avc-reallq": Protocol(
        "folders",
        "first, middle, last",
        "pictures",
        halves=720 * 1080,
        expected=(46, 100),
        source="AVC-RealLQ with the frames that APISR's released scripts choose; the paper states none",
    ),
}


def chosen(frames: Frames, count: int) -> Sequence[int]:
    """The numbers of the frames to look at, out of `count`."""
    if frames == "first, middle, last":
        return sorted({0, count // 2, count - 1}) if count else []
    return range(0, count, 10 if frames == "every 10th" else 1)
