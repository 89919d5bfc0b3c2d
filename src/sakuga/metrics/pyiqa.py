"""Measures of pyiqa, where the user has it: its numbers, with its version and the hash of its weights.

pyiqa stands under a non-commercial licence, so sakuga neither brings nor asks for it. What it draws (the 20
crops of maniqa-pipal) comes from one seed, and the same picture gives the same number.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal, cast

import numpy as np

from sakuga.errors import ModelError
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits

SEED = 0
KNOWN: Mapping[str, Literal["lower", "higher"]] = {
    "niqe": "lower",
    "maniqa-pipal": "higher",
    "clipiqa": "higher",
    "hyperiqa": "higher",
}
"""Those that papers on drawings tell, and what is better; `maniqa` means other weights in each version."""


def pyiqa(name: str, pixels: Pixels) -> float:
    """(H, W, 3) RGB to what pyiqa's metric `name` says of it, with pyiqa's defaults.

    Raises ModelError where pyiqa is not installed, or cannot do it.
    """
    metric = _metric(name)
    import torch

    picture = torch.as_tensor(np.ascontiguousarray(eight_bits(pixels).transpose(2, 0, 1)))[None] / 255
    with _drawn_from(SEED), _told(name):
        return float(metric(picture))


def origin(name: str) -> dict[str, str]:
    """pyiqa's version, the device, the seed, and the sha256 of all tensors that the metric holds."""
    metric = _metric(name)
    return {
        "pyiqa": str(getattr(import_module("pyiqa"), "__version__", "unknown")),
        "device": str(_device()),
        "seed": str(SEED),
        "weights": _hash(metric),
    }


@lru_cache(maxsize=4)
def _metric(name: str) -> Any:  # noqa: ANN401 - pyiqa has no types
    try:
        package = import_module("pyiqa")
    except ImportError as error:
        raise ModelError(
            f"pyiqa:{name} needs pyiqa ({error}). sakuga does not bring it, as its licence allows no "
            "commercial use; `pip install pyiqa` if that suits you."
        ) from error
    with _told(name):
        return package.create_metric(name, device=_device())


def _device() -> Any:  # noqa: ANN401 - torch stays out of this file's imports
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _hash(metric: Any) -> str:  # noqa: ANN401
    digest = hashlib.sha256()
    for key, tensor in sorted(metric.state_dict().items()):
        digest.update(key.encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
    return digest.hexdigest()


@contextmanager
def _drawn_from(seed: int) -> Generator[None]:
    """pyiqa draws from the generators that all programs share; they go on afterwards as if it had not."""
    import torch

    python, numpy = random.getstate(), np.random.get_state()
    try:
        with cast("Any", torch).random.fork_rng():
            random.seed(seed)
            np.random.seed(seed)
            cast("Any", torch).manual_seed(seed)
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextmanager
def _told(name: str) -> Generator[None]:
    try:
        yield
    except Exception as error:
        raise ModelError(f"pyiqa:{name} failed: {type(error).__name__}: {error}.") from error
