"""Networks that see a picture as a whole, in one table: one vector of features for each, to compare sets by.

Source: FID and KID look through the Inception v3 of torch-fidelity, which users install, and whose weights
are on the web; the ResNet-50 stands in for it where these cannot be had, and has other numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version
from typing import Any

import torch
from torch import Tensor, nn

from sakuga.errors import ModelError, WeightsError
from sakuga.models import features, weights
from sakuga.models.features import FEATURES
from sakuga.models.spec import Source, WebSource

RESNET = FEATURES["resnet50-augnet"]
LAST = "layer4"
INCEPTION_SHA256 = "6726825d"
"""How the hash of the published file begins: its name says so."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where weights are."""

    name: str
    source: Source


INCEPTION = Published(
    "inception-v3",
    WebSource(
        "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
        "weights-inception-2015-12-05-6726825d.pth",
        None,
    ),
)


@dataclass(frozen=True, slots=True)
class Overview:
    """One of them."""

    side: int
    """Pixels of the square that pictures are brought to."""
    load: Callable[[], Callable[[Tensor], Tensor]]
    """Gives what makes (b, n) features of (b, 3, side, side) uint8 RGB; raises ModelError or WeightsError."""
    origin: Callable[[], Mapping[str, str]]
    """Whose weights, by sha256, and what runs them; they are then here."""
    note: str


class Pooled(nn.Module):
    """The mean over all places of a ResNet-50's last stage: 2,048 values."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body
        for name, values in zip(("mean", "deviation"), RESNET.normal, strict=True):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, h, w) uint8 RGB to (b, 2048)."""
        return self.body((x / 255 - self.mean) / self.deviation)[LAST].mean((2, 3))


def _resnet() -> Callable[[Tensor], Tensor]:
    return Pooled(features.load(replace(RESNET, taps={LAST: 1.0}))).eval()


def _resnet_origin() -> Mapping[str, str]:
    weights.fetch(RESNET)
    (sha256,) = weights.hashes(RESNET).values()
    return {"features": RESNET.credit, "weights": sha256, "torch": version("torch")}


def _inception() -> Callable[[Tensor], Tensor]:
    module = _fidelity()
    (path,) = weights.fetch(INCEPTION).values()
    (sha256,) = weights.hashes(INCEPTION).values()
    if not sha256.startswith(INCEPTION_SHA256):
        raise WeightsError(f"{path} is not torch-fidelity's Inception v3; remove it to fetch it again.")
    build: Any = module.FeatureExtractorInceptionV3
    network = build("inception-v3-compat", ["2048"], feature_extractor_weights_path=str(path))
    return lambda x: network(x)[0]


def _inception_origin() -> Mapping[str, str]:
    _fidelity()
    weights.fetch(INCEPTION)
    (sha256,) = weights.hashes(INCEPTION).values()
    told = {"features": "Inception v3 of torch-fidelity, TensorFlow's of 2015", "weights": sha256}
    return told | {"torch-fidelity": version("torch-fidelity"), "torch": version("torch")}


def _fidelity() -> Any:  # noqa: ANN401 - torch-fidelity has no types
    try:
        return import_module("torch_fidelity.feature_extractor_inceptionv3")
    except ImportError as error:
        raise ModelError(
            "Inception v3 comes with torch-fidelity: python -m pip install torch-fidelity. Another network"
            " that needs no more packages is that of fid-resnet50 and kid-resnet50."
        ) from error


OVERVIEWS: Mapping[str, Overview] = {
    "inception": Overview(299, _inception, _inception_origin, "the network of papers"),
    "resnet50": Overview(
        224, _resnet, _resnet_origin, "a stand-in; its numbers are no FID and no KID of papers"
    ),
}
"""By the name that measures of sets end with."""
