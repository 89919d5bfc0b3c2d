"""The pool of learned operators that a degradation draws from: files, each read once by whoever uses it.

Source: AnimeSR (NeurIPS 2022), section 4.1; each halves a clip as one real video would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from sakuga.degrade.clip import Clip
from sakuga.errors import InputError
from sakuga.models import lbo
from sakuga.models.lbo import LBO


@dataclass(frozen=True, slots=True)
class Operator:
    """One of them; as it is but a path, it travels to workers."""

    path: Path

    def __call__(self, clip: Clip) -> Clip:
        """(N, H, W, 3) to (N, H // 2, W // 2, 3), unclamped; frame by frame, so that memory stays small."""
        network = _read(self.path)
        height, width = (side // 2 * 2 for side in clip.shape[1:3])
        planes = np.ascontiguousarray(clip[:, :height, :width].transpose(0, 3, 1, 2))
        with torch.inference_mode():
            halves = [network(frame[None])[0] for frame in torch.as_tensor(planes)]
        return torch.stack(halves).permute(0, 2, 3, 1).contiguous().numpy()


def pool(paths: Sequence[str]) -> tuple[Operator, ...]:
    """Those of a recipe, each looked at. Raises InputError or WeightsError, naming the file."""
    for path in paths:
        if not Path(path).is_file():
            raise InputError(f"data.operators: there is no file {path}.")
        _read(Path(path))
    return tuple(Operator(Path(path)) for path in paths)


@lru_cache(maxsize=16)
def _read(path: Path) -> LBO:
    return lbo.load(path)
