"""The networks that a perceptual loss looks through, in one table: what each is and where its weights are.

The two of the papers cannot be had everywhere; for each there is a stand-in that comes by package name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from sakuga.errors import WeightsError
from sakuga.models import checkpoint, weights
from sakuga.models.resnet import ResNet50
from sakuga.models.spec import Source, WebSource, WheelSource
from sakuga.models.vgg import VGG

Taps = Mapping[str, float]
"""Name of a layer -> weight of its difference."""
Rename = Callable[[str], str | None]
"""From a name in the file to the network's own; None for what is not needed."""

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
DANBOORU = ((0.7137, 0.6628, 0.6519), (0.2970, 0.3017, 0.2979))
_VGG = {"conv1_2": 0.1, "conv2_2": 0.1, "conv3_4": 1.0, "conv4_4": 1.0, "conv5_4": 1.0}
_VGG16 = {"conv1_2": 0.1, "conv2_2": 0.1, "conv3_3": 1.0, "conv4_3": 1.0, "conv5_3": 1.0}
_RESNET = {
    "conv1": 0.1,
    "layer1.2.conv3": 20.0,
    "layer2.3.conv3": 25.0,
    "layer3.5.conv3": 1.0,
    "layer4.2.conv3": 1.0,
}
_FASTAI = {"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4"}
_STLPIPS = "stlpips_pytorch/weights/vST0.0/vgg_shift_tolerant.pth"


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One such network, ready to be built and filled."""

    name: str
    build: Callable[[Taps], nn.Module]
    source: Source
    taps: Taps
    rename: Rename
    normal: tuple[tuple[float, ...], tuple[float, ...]] = IMAGENET
    """Mean and deviation per channel that its input is brought to."""
    licence: str = ""
    credit: str = ""
    instead_of: str = ""
    """The paper's network that it stands in for; empty for those of the papers."""


def _torchvision(name: str) -> str | None:
    return name if name.startswith("features.") else None


def _danbooru(name: str) -> str | None:
    """The file is a body and a head, both numbered."""
    match = re.fullmatch(r"0\.(\d)\.(.+)", name)
    return f"body.{_FASTAI[match[1]]}.{match[2]}" if match and match[1] in _FASTAI else None


def _augnet(name: str) -> str | None:
    match = re.fullmatch(r"(?:module\.)?pre\.(?!fc\.)(.+)", name)
    return f"body.{match[1]}" if match else None


def _stlpips(name: str) -> str | None:
    """Slices of a VGG-16 in which each pooling is two layers, so that numbers run ahead by one per stage."""
    match = re.fullmatch(r"net\.slice(\d)\.(\d+)\.(weight|bias)", name)
    return f"features.{int(match[2]) - int(match[1]) + 1}.{match[3]}" if match else None


FEATURES: Mapping[str, FeatureSpec] = {
    spec.name: spec
    for spec in (
        FeatureSpec(
            name="vgg19-imagenet",
            build=lambda taps: VGG(19, taps),
            source=WebSource("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth", None),
            taps=_VGG,
            rename=_torchvision,
            licence="BSD-3-Clause",
            credit="torchvision's VGG-19, trained on ImageNet",
        ),
        FeatureSpec(
            name="resnet50-danbooru",
            build=ResNet50,
            source=WebSource(
                "https://github.com/RF5/danbooru-pretrained/releases/download/v0.1/resnet50-13306192.pth",
                None,
            ),
            taps=_RESNET,
            rename=_danbooru,
            licence="MIT",
            credit="RF5/danbooru-pretrained, trained on Danbooru2018",
        ),
        FeatureSpec(
            name="vgg16-stlpips",
            build=lambda taps: VGG(16, taps),
            source=WheelSource(
                "stlpips-pytorch==0.0.2",
                {_STLPIPS: "44597da68f49c1837c100ff52299050f274d102eb102e5837178c79be6f0e250"},
            ),
            taps=_VGG16,
            rename=_stlpips,
            licence="BSD-2-Clause",
            credit="ST-LPIPS, Ghildyal and Liu, ECCV 2022: its VGG-16, here with plain pooling",
            instead_of="vgg19-imagenet",
        ),
        FeatureSpec(
            name="resnet50-augnet",
            build=ResNet50,
            source=WheelSource(
                "imgsim==0.1.2",
                {"imgsim/model.pth": "c2cb3cac82642c5698721bd4c57702c3d2ffab077ee9fc277c60ef7359293add"},
            ),
            taps=_RESNET,
            rename=_augnet,
            licence="MIT",
            credit="AugNet, Chen, Chen and Zhang, 2021: a ResNet-50 taught without labels",
            instead_of="resnet50-danbooru",
        ),
    )
}
"""By the name in a recipe."""


def load(spec: FeatureSpec, progress: weights.Progress = weights.quiet) -> nn.Module:
    """The network of `spec` with its weights: in eval mode, frozen, on the CPU; see its file for its results.

    Raises WeightsError where the weights cannot be had or do not fit.
    """
    (path,) = weights.fetch(spec, progress).values()
    network = spec.build(spec.taps)
    fill(network, checkpoint.read(path), spec)
    return network.eval().requires_grad_(requires_grad=False)


def fill(network: nn.Module, state: Mapping[str, Tensor], spec: FeatureSpec) -> None:
    """Put the tensors of a published file into `network`. Raises WeightsError where one is missing."""
    renamed = {spec.rename(name): tensor for name, tensor in state.items()}
    wanted = network.state_dict()
    missing = [name for name in wanted if name not in renamed and not name.endswith("num_batches_tracked")]
    wrong = [n for n, tensor in wanted.items() if n in renamed and renamed[n].shape != tensor.shape]
    if missing or wrong:
        raise WeightsError(f"The weights of {spec.name} do not fit it: {(missing or wrong)[0]}.")
    network.load_state_dict({n: tensor for n, tensor in renamed.items() if n in wanted}, strict=False)
