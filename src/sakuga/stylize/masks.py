"""What the user marked: a grey picture for a photo, white where the photo is to stay readable."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sakuga.errors import InputError
from sakuga.media.formats import FORMATS
from sakuga.media.frames import Pixels
from sakuga.media.picture import open_picture
from sakuga.metrics.luma import luma
from sakuga.stylize.protection import Mask


def mask_of(folder: Path, source: Path) -> Mask | None:
    """The mask (H, W), 0..1, of the picture or video `source`: the picture of its name, whatever its suffix.

    None where `folder` holds none. Raises InputError for a file that is no picture.
    """
    path = mask_file(folder, source)
    if path is None:
        return None
    with open_picture(path) as picture:
        return luma(next(iter(picture)).pixels) / np.float32(255)


def mask_file(folder: Path, source: Path) -> Path | None:
    """The picture in `folder` that has the name of `source`, whatever its suffix."""
    suffixes = {suffix for kind in FORMATS.values() for suffix in kind.suffixes}
    found = (source.with_suffix(suffix).name for suffix in sorted(suffixes))
    return next((folder / name for name in found if (folder / name).is_file()), None)


def demand_size(mask: Mask, photo: Pixels, source: Path) -> None:
    """Raises InputError where the mask is not as large as the photo."""
    if mask.shape != photo.shape[:2]:
        sizes = [f"{shape[1]}x{shape[0]}" for shape in (mask.shape, photo.shape)]
        raise InputError(f"--masks: the mask of {source} is {sizes[0]}, but it is {sizes[1]}.")
