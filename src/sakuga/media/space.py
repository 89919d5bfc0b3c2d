"""Guess, before the work, whether the results fit on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from sakuga.media.plan import Task

_LOSSLESS = {".png", ".apng", ".tif", ".tiff", ".bmp", ".gif"}
_LOSSY_TO_LOSSLESS = 8
"""How many times a lossless picture is larger than the same as JPEG or WebP."""
_VIDEO_POWER = 0.75
"""Size of a video at constant quality ~ pixels ** this."""

_TWICE = 2
"""A video's finished segments stay until the file that is put together from them is whole."""


def shortage(tasks: Sequence[Task], scale: float) -> str:
    """A sentence if the results of `tasks` will probably not fit where they go, else an empty string."""
    if not tasks:
        return ""
    folder = _existing(tasks[0].destination.parent)
    need, free = sum(_size(task, scale) for task in tasks), shutil.disk_usage(folder).free
    if need <= free:
        return ""
    return f"The results may need about {_readable(need)}, and {folder} has {_readable(free)} left."


def _size(task: Task, scale: float) -> float:
    size = task.source.stat().st_size
    if task.kind == "video":
        return _TWICE * size * (scale * scale) ** _VIDEO_POWER
    lossless = task.destination.suffix.lower() in _LOSSLESS
    grows = lossless and task.source.suffix.lower() not in _LOSSLESS
    return size * scale * scale * (_LOSSY_TO_LOSSLESS if grows else 1)


def _existing(folder: Path) -> Path:
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path())


def _readable(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
