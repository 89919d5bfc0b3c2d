"""Pairs that are files already: two folders, whose pictures go together by name."""

from __future__ import annotations

from pathlib import Path

from sakuga.errors import InputError
from sakuga.media.plain import read_rgb
from sakuga.media.sources import by_name
from sakuga.pairs.source import Pair, Told

PARTS = (("photo", "anime"), ("trainA", "trainB"))
"""How the two folders inside one are called: ours, and those of CUT and Scenimefy."""


class FolderPairs:
    """Of two folders of pictures."""

    def __init__(self, photos: Path, drawings: Path) -> None:
        """Raises InputError where no picture has another of its name."""
        self._folders = photos, drawings
        one, other = by_name(photos), by_name(drawings)
        self._pairs = {name: (one[name], other[name]) for name in sorted(one.keys() & other.keys())}
        self._names = list(self._pairs)
        if not self._pairs:
            raise InputError(f"No picture in {photos} has one of its name in {drawings}.")

    @property
    def told(self) -> Told:
        """The folders."""
        return {"source": "folder", "files": [str(folder) for folder in self._folders]}

    def __len__(self) -> int:
        return len(self._pairs)

    def name(self, index: int) -> str:
        """Theirs, with the folders on the way to them."""
        return self._names[index]

    def pair(self, index: int) -> Pair:
        """Raises InputError where one cannot be read, or is not as large as the other."""
        files = self._pairs[self._names[index]]
        photo, anime = (read_rgb(file) for file in files)
        if photo.shape != anime.shape:
            sizes = [f"{each.shape[1]}x{each.shape[0]}" for each in (photo, anime)]
            raise InputError(
                f"{files[0]} is {sizes[0]}, and {files[1]} is {sizes[1]}: pairs are of one size."
            )
        return Pair(photo, anime, {"files": [str(file) for file in files]})


def parts_of(folder: Path) -> tuple[Path, Path] | None:
    """The two folders of pairs inside `folder`; None where it holds none."""
    for photo, anime in PARTS:
        if (folder / photo).is_dir() and (folder / anime).is_dir():
            return folder / photo, folder / anime
    return None
