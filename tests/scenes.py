"""Small translators with seeded weights, as files and as models, and a photo-like picture for them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch

from sakuga.models import adapter
from sakuga.models.catalog import TRANSLATOR
from sakuga.models.load import Model
from sakuga.models.metadata import KEY, spec_to_json
from sakuga.models.spec import FileSource, ModelSpec
from sakuga.models.translator import Translator


def network(channels=4, blocks=3, residual=False, adapted=False):
    torch.manual_seed(21)
    module = Translator(channels, blocks, residual, adapted).eval().requires_grad_(requires_grad=False)
    for parameter in module.parameters():
        if parameter.ndim > 1:
            parameter.normal_(0, (2 / parameter[0].numel()) ** 0.5)
    for parameter in module.adapter().values():
        parameter.add_(0.2 * torch.randn(parameter.shape))
    return module


def spec(path="seeded.pth", **options):
    return ModelSpec(
        name="seeded",
        network="translator",
        scale=1,
        source=FileSource(Path(path)),
        options=options,
        **TRANSLATOR,
    )


def model(**options):
    options = {"channels": 4, "blocks": 3} | options
    return Model(spec(**options), network(**options), None)


def save(path, channels=4, blocks=3):
    """As the authors save theirs on a processor: a flat table, with a wrapper's prefix."""
    torch.save({f"module.{n}": t for n, t in network(channels, blocks).state_dict().items()}, path)
    return path


def save_adapter(path, base="base.pth", **options):
    """Of a network like those of `save`, in which it is the only thing that changed."""
    options = {"channels": 4, "blocks": 3, "adapted": True} | options
    adapter.save(network(**options), spec(**options), base, path)
    return path


def save_onnx(path, channels=4, blocks=3):
    """With its spec inside, for any size."""
    import onnx

    sides = {2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network(channels, blocks),
            (torch.rand(1, 3, 24, 32),),
            path,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes={"x": sides, "y": sides},
            opset_version=17,
            dynamo=False,
        )
    proto = onnx.load(path)
    entry = proto.metadata_props.add()
    entry.key, entry.value = KEY, spec_to_json(spec(channels=channels, blocks=blocks))
    onnx.save(proto, path)
    return path


def photo(height, width, depth="u1"):
    """Sky, hills and grain, (height, width, 3)."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    hills = height * (0.6 + 0.2 * np.sin(x / 60) + 0.05 * np.sin(x / 11))
    sky = np.stack([0.4 + 0.4 * y / height, 0.6 + 0.3 * y / height, 0.95 - 0.1 * y / height], -1)
    land = np.stack([0.2 + 0.2 * np.sin(x / 7) ** 2, 0.5 - 0.2 * y / height, 0.15 + 0 * x], -1)
    grain = np.random.default_rng(8).normal(0, 0.04, (height, width, 1))
    scene = np.where((y < hills)[..., None], sky, land) + grain
    return np.rint(scene.clip(0, 1) * np.iinfo(depth).max).astype(depth)
