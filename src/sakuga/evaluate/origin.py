"""Where numbers come from: the model behind the pictures, and the versions behind the measures."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from sakuga.errors import InputError
from sakuga.media import origin
from sakuga.media.origin import Told
from sakuga.media.picture import open_picture
from sakuga.models import cache, weights
from sakuga.models.catalog import CATALOG

LIBRARIES = ("numpy", "opencv-python-headless", "pillow", "av")


def versions() -> dict[str, str]:
    """Of sakuga, Python, and the libraries that decode and measure."""
    return {name: version(name) for name in ("sakuga", *LIBRARIES)} | {"python": platform.python_version()}


def model_of(name: str) -> Told:
    """Name and files (name -> sha256) of a model of the catalog, or of a file.

    Raises InputError where there is neither, or the weights are not here.
    """
    if name not in CATALOG:
        path = Path(name)
        if not path.is_file():
            raise InputError(f"--model {name}: there is no file and no model of this name.")
        return {"name": path.name, "files": {path.name: cache.sha256(path)}}
    checked = weights.verify(CATALOG[name])
    missing = [check.path for check in checked if check.found is None]
    if missing:
        raise InputError(f"--model {name}: {missing[0]} is not here; `sakuga models get {name}` fetches it.")
    return {"name": name, "files": {check.path.name: check.found for check in checked}}


def carried(file: Path) -> Told | None:
    """What a picture says of the model that made it; None where it says nothing that can be read."""
    try:
        with open_picture(file) as picture:
            return origin.told_in(picture.metadata)
    except InputError:
        return None
