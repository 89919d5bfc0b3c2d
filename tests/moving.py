"""Clips in which drawings move, as folders of frames."""

from __future__ import annotations

from sakuga.media.plain import write_rgb
from trained import drawing


def frames(count, size=(48, 64), pace=4):
    """A drawing that moves, and tells its number by its upper left shade."""
    still = drawing(1, (size[0], size[1] + pace * count))
    for number in range(count):
        frame = still[:, pace * number : pace * number + size[1]].copy()
        frame[..., 2] = 4 * number
        yield frame


def clip_folder(path, size=(48, 64), clips=(("線 1", 9), ("b", 12))):
    """A folder with a folder for each clip: its name and its count of frames."""
    for name, count in clips:
        for number, frame in enumerate(frames(count, size)):
            write_rgb(path / name / f"{number:08}.png", frame)
    return path
