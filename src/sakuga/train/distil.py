"""What another network makes of LQ: a picture that a smaller network can learn to draw.

Source: knowledge distillation (Hinton et al., 2015), of pictures instead of classes.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sakuga.engine.engine import Engine, open_engine
from sakuga.errors import InputError
from sakuga.media.plain import Rgb
from sakuga.models.catalog import CATALOG
from sakuga.models.load import Model, load


def teacher(name: str) -> Model:
    """The named model, its weights fetched. Raises InputError where it makes other pictures of photos."""
    if name in CATALOG and CATALOG[name].purpose != "restore":
        raise InputError(f"--teacher {name} does not restore: `sakuga models list` shows those that do.")
    return load(name)


def taught(name: str, lq: Rgb, scale: int) -> Rgb:
    """`lq` (h, w, 3) to (s*h, s*w, 3) as `sakuga restore` makes it with the named model."""
    return np.concatenate(list(_engine(name, scale).picture(lq))).astype(np.uint8, copy=False)


@cache
def _engine(name: str, scale: int) -> Engine:
    return open_engine(teacher(name), scale=scale)
