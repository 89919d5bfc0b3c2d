"""The measures that `sakuga evaluate` knows, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sakuga.media.frames import Pixels
from sakuga.metrics import niqe as naturalness
from sakuga.metrics import pyiqa, stlpips
from sakuga.metrics.blobs import blobs
from sakuga.metrics.blocking import blocking
from sakuga.metrics.blur import blur
from sakuga.metrics.drift import drift
from sakuga.metrics.flicker import flicker
from sakuga.metrics.hollow import hollow
from sakuga.metrics.line_contrast import line_contrast
from sakuga.metrics.line_match import line_match
from sakuga.metrics.luma import Luma, luma
from sakuga.metrics.niqe import niqe
from sakuga.metrics.noise import noise
from sakuga.metrics.psnr import psnr
from sakuga.metrics.region_match import region_match
from sakuga.metrics.ringing import ringing
from sakuga.metrics.sets import SETS, SetMetric
from sakuga.metrics.ssim import ssim
from sakuga.metrics.warp import warp_error

Needs = Literal["nothing", "reference", "source", "sequence"]
"""Beside the picture: nothing, one of the same size, one of the same or a smaller size, or both as clips."""
Better = Literal["lower", "higher", "near 1"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure."""

    needs: Needs
    better: Better
    measure: Callable[..., float]
    """Takes pixels, pixels and reference, or an iterable of such pairs, as `needs` says; NaN for no value."""
    unit: str
    silent: str = ""
    """When there is no value: the end of `there is none where ...`."""
    origin: Callable[[], Mapping[str, str]] = dict[str, str]
    """What else its numbers depend on: weights by sha256, versions."""


def _of_luma(measure: Callable[[Luma], float]) -> Callable[[Pixels], float]:
    return lambda pixels: measure(luma(pixels))


_NIQE = "a picture is smaller than 96x96, or of one colour"
_NO_LINES = "the reference has no lines"

METRICS: Mapping[str, Metric] = {
    "niqe": Metric("nothing", "lower", niqe, "distance", _NIQE, partial(naturalness.origin, "published")),
    "niqe-anime": Metric(
        "nothing",
        "lower",
        partial(niqe, parameters="anime"),
        "distance",
        _NIQE,
        partial(naturalness.origin, "anime"),
    ),
    "blocking": Metric("nothing", "lower", _of_luma(blocking), "share"),
    "ringing": Metric("nothing", "lower", _of_luma(ringing), "levels"),
    "blur": Metric("nothing", "lower", _of_luma(blur), "0 to 1"),
    "noise": Metric("nothing", "lower", _of_luma(noise), "levels"),
    "hollow": Metric("nothing", "lower", _of_luma(hollow), "share"),
    "psnr": Metric("reference", "higher", psnr, "dB"),
    "psnr-y": Metric("reference", "higher", partial(psnr, channels="y"), "dB"),
    "ssim": Metric("reference", "higher", ssim, "-1 to 1", "a picture is smaller than 11x11"),
    "ssim-y": Metric(
        "reference", "higher", partial(ssim, channels="y"), "-1 to 1", "a picture is smaller than 11x11"
    ),
    "st-lpips": Metric(
        "reference",
        "lower",
        stlpips.st_lpips,
        "distance",
        "a picture is smaller than 18x18",
        stlpips.origin,
    ),
    "line-match": Metric("reference", "higher", line_match, "0 to 1", _NO_LINES),
    "region-match": Metric(
        "reference", "higher", region_match, "-0.5 to 1", "both pictures are of one region"
    ),
    "line-contrast": Metric("reference", "near 1", line_contrast, "ratio", _NO_LINES),
    "colour-drift": Metric("source", "lower", drift, "levels"),
    "colour-blobs": Metric("source", "lower", blobs, "levels"),
    "flicker": Metric("sequence", "lower", flicker, "levels", "the source never holds still"),
    "warp-error": Metric("sequence", "lower", warp_error, "levels", "no movement can be followed"),
    **{
        f"pyiqa:{name}": Metric(
            "nothing", better, partial(pyiqa.pyiqa, name), "as pyiqa", origin=partial(pyiqa.origin, name)
        )
        for name, better in pyiqa.KNOWN.items()
    },
}

MEASURES: Mapping[str, Metric | SetMetric] = {**METRICS, **SETS}
"""Those of pictures and clips, and those of whole sets."""
