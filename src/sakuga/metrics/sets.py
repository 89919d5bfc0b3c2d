"""The measures of whole sets of pictures, in one table: results against the look that they should have.

No picture has a partner here. Each is brought to a square, whatever its shape, and a network says what it
sees; sets are compared by that alone.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import cv2
import numpy as np

from sakuga.errors import ModelError
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits
from sakuga.metrics.frechet import Features, frechet
from sakuga.metrics.kernel import kernel_distance

SEERS = ("inception", "resnet50")
"""Names of models.overview.OVERVIEWS."""


@dataclass(frozen=True, slots=True)
class SetMetric:
    """One measure."""

    seer: str
    """Whose features it compares."""
    measure: Callable[[Features, Features], float]
    """Of results and of references; NaN for no value."""
    unit: str
    origin: Callable[[], Mapping[str, str]]
    better: str = "lower"
    silent: str = "a set has fewer than two pictures"
    needs: str = "set"


def seen(pictures: Iterable[Pixels], seer: str) -> Features:
    """(n, values) of n pictures (H, W, 3) of any sizes. Raises ModelError or WeightsError."""
    overview, network = _opened(seer)
    import torch

    rows: list[Features] = []
    with torch.inference_mode():
        for picture in pictures:
            planes = _squared(eight_bits(picture), overview.side).transpose(2, 0, 1)
            row = network(torch.from_numpy(np.ascontiguousarray(planes))[None])
            rows.append(row[0].double().numpy())
    return np.stack(rows) if rows else np.zeros((0, 1))


def _origin(seer: str) -> Mapping[str, str]:
    _demand_torch(seer)
    from sakuga.models.overview import OVERVIEWS

    overview = OVERVIEWS[seer]
    return {**overview.origin(), "side": str(overview.side)}


@lru_cache(maxsize=2)
def _opened(seer: str) -> Any:  # noqa: ANN401 - torch stays out of this file's imports
    _demand_torch(seer)
    from sakuga.models.overview import OVERVIEWS

    return OVERVIEWS[seer], OVERVIEWS[seer].load()


def _demand_torch(seer: str) -> None:
    if importlib.util.find_spec("torch") is None:
        raise ModelError(f'fid-{seer} and kid-{seer} need PyTorch; `pip install "sakuga[torch]"` brings it.')


def _squared(picture: Pixels, side: int) -> Pixels:
    way = cv2.INTER_AREA if min(picture.shape[:2]) >= side else cv2.INTER_CUBIC
    wide = np.broadcast_to(picture, (*picture.shape[:2], 3))
    return np.asarray(cv2.resize(np.ascontiguousarray(wide), (side, side), interpolation=way), np.uint8)


SETS: Mapping[str, SetMetric] = {
    f"{name}-{seer}": SetMetric(seer, measure, unit, partial(_origin, seer))
    for seer in SEERS
    for name, measure, unit in (
        ("fid", frechet, "distance"),
        ("kid", kernel_distance, "squared distance"),
    )
}
