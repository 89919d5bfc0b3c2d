"""What the user chose for curation, checked before any work begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sakuga.errors import InputError

ScoreName = Literal["complexity", "ic9600", "niqe", "random"]
SelectionName = Literal["paper", "released"]
Rescale = Literal["none", "720"]

PARTITIONS = 8
"""Stretches of a video from each of which `released` keeps as many pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurateSettings:
    """Of the pictures of a set; InputError names the flag of a value that cannot be."""

    score: ScoreName = "complexity"
    weights: Path | None = None
    """IC9600's ck.pth."""
    device: str = "auto"
    """For ic9600: auto, cpu, cuda, cuda:1, mps or xpu."""
    selection: SelectionName = "paper"
    count: int | None = None
    """Pictures of one video; None is the selection's own number."""
    crop: bool = True
    """Cut black bars off before anything else."""
    keep_flat: bool = False
    keep_alike: bool = False
    rescale: Rescale = "none"
    licence: str = ""
    """Goes into every line of the manifest."""
    seed: int = 0
    """Of the score `random`."""
    workers: int | None = None
    """Processes; None: one, or one for each core of the cluster."""
    cluster: str | None = None
    """Address of a Ray cluster, see `engine.cluster.connected`; None: this machine does it."""

    def __post_init__(self) -> None:
        if self.score == "ic9600" and self.weights is None:
            raise InputError("--score ic9600 needs --weights ck.pth, the file that IC9600's authors publish.")
        if self.score != "ic9600" and self.weights is not None:
            raise InputError(f"--weights is for --score ic9600, not for {self.score}.")
        if self.count is not None and self.count < 1:
            raise InputError(f"--count is {self.count}; it is a number of pictures, 1 or more.")
        if self.selection == "released" and self.count is not None and self.count % PARTITIONS:
            raise InputError(
                f"--count is {self.count}; --selection released keeps as many in each of {PARTITIONS}"
                f" stretches, so it is a multiple of {PARTITIONS}."
            )
        if self.seed < 0:
            raise InputError(f"--seed is {self.seed}; it is a whole number from 0.")
        demand_workers(self.workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSettings:
    """Of the anime side of scenes; InputError names the flag of a value that cannot be."""

    frame_list: Path | None = None
    """Says which frames are taken, see `framelist`; None: one of each shot."""
    side: int | None = None
    """Rows that larger squares are brought down to; None: they stay as large as the film is."""
    count: int | None = None
    """Frames of one video, the best; None is all."""
    crop: bool = True
    """Cut black bars off before anything else."""
    keep_flat: bool = False
    keep_alike: bool = False
    keep_text: bool = False
    """Keep frames with lines of text, such as credits and subtitles."""
    licence: str = ""
    """Goes into every line of the manifest."""
    workers: int | None = None
    """Processes; None: one, or one for each core of the cluster."""
    cluster: str | None = None
    """Address of a Ray cluster, see `engine.cluster.connected`; None: this machine does it."""

    def __post_init__(self) -> None:
        if self.side is not None and self.side < 1:
            raise InputError(f"--side is {self.side}; it is a number of pixels, 1 or more.")
        if self.count is not None and self.count < 1:
            raise InputError(f"--count is {self.count}; it is a number of frames, 1 or more.")
        if self.frame_list is not None and self.count is not None:
            raise InputError("--frame-list says which frames are taken; leave --count out.")
        demand_workers(self.workers)


def demand_workers(workers: int | None) -> None:
    """Raises InputError for a number of processes that cannot be."""
    if workers is not None and workers < 1:
        raise InputError(f"--workers is {workers}; it is a number of processes, 1 or more.")
