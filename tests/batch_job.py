"""A job for the pictures of a batch that other processes can do."""

from __future__ import annotations

import os

import numpy as np

from sakuga.errors import InputError
from sakuga.media.plain import write_rgb


def job(source, destination):
    """A dot for each picture; `bad` is a sentence, `deadly` ends the process."""
    if source.path.stem.startswith("bad"):
        raise InputError(f"{source.path} is bad.")
    if source.path.stem.startswith("deadly"):
        os._exit(9)
    write_rgb(destination, np.zeros((1, 1, 3), np.uint8))
    return {"name": source.path.name}
