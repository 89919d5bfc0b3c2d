"""What validation measures of results: PSNR against GT, NIQE, and ST-LPIPS where its weights can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sakuga.errors import WeightsError
from sakuga.media.plain import Rgb
from sakuga.metrics import stlpips
from sakuga.metrics.niqe import niqe


@dataclass(frozen=True, slots=True)
class Measures:
    """Those that look at pictures as people do."""

    st_lpips: bool = True
    """Whether it is among them."""

    @staticmethod
    def opened(on_note: Callable[[str], None]) -> Measures:
        """All that can be had; fetches weights at first use, and `on_note` is told what is left out."""
        try:
            stlpips.origin()
        except WeightsError as error:
            on_note(f"Validation goes on without ST-LPIPS. {error}")
            return Measures(st_lpips=False)
        return Measures()

    def __call__(self, pairs: Iterable[tuple[Rgb, Rgb]]) -> Mapping[str, float]:
        """Means over (result, GT), by name."""
        pairs = list(pairs)
        values = {"niqe": mean([niqe(result) for result, _ in pairs])}
        if self.st_lpips:
            values["st-lpips"] = mean([stlpips.st_lpips(*pair) for pair in pairs])
        return values


def psnr(one: Rgb, other: Rgb) -> float:
    """dB over all channels; 100 for equal pictures."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return float(10 * np.log10(255**2 / error)) if error else 100.0


def enlarged(lq: Rgb, shape: Sequence[int]) -> Rgb:
    """Bicubic, to (height, width, ...)."""
    size = shape[1], shape[0]
    return np.asarray(cv2.resize(lq, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def middle(size: Sequence[int], multiple: int, most: int) -> tuple[slice, slice]:
    """Rows and columns of the largest part in the middle whose sides are multiples, and at most `most`."""
    sides = [min(side, most) // multiple * multiple for side in size]
    firsts = [(side - part) // 2 for side, part in zip(size, sides, strict=True)]
    rows, columns = (slice(first, first + part) for first, part in zip(firsts, sides, strict=True))
    return rows, columns


def strip(lq: Rgb, result: Rgb, gt: Rgb) -> Rgb:
    """The three side by side, LQ in large pixels."""
    factor = gt.shape[0] // lq.shape[0]
    return np.concatenate([np.repeat(np.repeat(lq, factor, 0), factor, 1), result, gt], 1)


def mean(values: Sequence[float]) -> float:
    """Of those that are numbers: small pictures have no NIQE."""
    numbers = [value for value in values if value == value]
    return sum(numbers) / len(numbers) if numbers else float("nan")
