"""The openly licensed drawings that samples are made from, and who is to be thanked for each."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from sakuga.media import works
from sakuga.media.works import Work as Credit


class Drawings:
    """A folder of drawings with its `manifest.csv`; remembers which ones were taken since `start`."""

    def __init__(self, root: Path, *, final: bool = False) -> None:
        """Read the manifest of `root`; no drawing is opened. final: for final numbers, which may see all."""
        self._root, self._final = root, final
        self._credits = {each.file: each for each in works.read(root)}
        self._taken: list[Credit] = []

    def start(self) -> None:
        """Forget what was taken."""
        self._taken = []

    @property
    def taken(self) -> list[Credit]:
        """The credits of the drawings opened since `start`, each once, in order."""
        return list(dict.fromkeys(self._taken))

    def files(self, kind: str, split: str | None = None) -> list[str]:
        """Those of one kind that may be looked at, or those of one split of them."""
        mine = [it for it in self._credits.values() if it.kind == kind and self._open(it)]
        return [it.file for it in mine if split in (None, it.split)]

    def open(self, file: str, mode: str = "RGB") -> Image.Image:
        """The drawing `file` in Pillow's `mode`; ValueError for one that only final numbers may look at."""
        credit = self._credits[file]
        if not self._open(credit):
            raise ValueError(f"{file} is in the test split: samples are made from train and val only.")
        self._taken.append(credit)
        return Image.open(self._root / file).convert(mode)

    def _open(self, credit: Credit) -> bool:
        return self._final or credit.split != "test"

    def character(self, name: str, face: str) -> Image.Image:
        """A portrait of the Taisei Project, RGBA, cut to the canvas that all its faces share."""
        return self.open(f"characters/taisei_{name}__{face}.webp", "RGBA")
