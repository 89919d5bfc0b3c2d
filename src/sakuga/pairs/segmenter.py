"""What parts a picture into kinds of places: a network that the user brings, or clusters without names."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.errors import ModelError
from sakuga.media.plain import Rgb
from sakuga.metrics.region_match import segments
from sakuga.models import graphs, runtime

Labels = NDArray[np.int64]
"""Shape (h, w), a number for each kind of place."""
Scores = NDArray[np.float32]
"""Shape (c, h, w), how sure each class is of each place, 0..1."""

SIDE = 512
"""Of what a network of any size sees."""
MEAN = np.array((0.485, 0.456, 0.406), np.float32)
DEVIATION = np.array((0.229, 0.224, 0.225), np.float32)
NEAR = 12.0
"""Steps of Lab by which the means of two clusters are apart, or they are one kind."""


class Segmenter(Protocol):
    """Parts pictures (H, W, 3), all into (h, w) of one size or of their own."""

    @property
    def told(self) -> str:
        """What it is called in the folder's notes."""
        ...

    @property
    def named(self) -> bool:
        """Whether a number means the same in every picture, such as sky."""
        ...

    def labels(self, pixels: Rgb) -> Labels: ...

    def scores(self, pixels: Rgb) -> Scores | None:
        """What the released criterion looks at; None where there are no classes."""
        ...


class Clusters:
    """By colour, unrest and place alone: regions without names. A stand-in for a network, and no more."""

    told = "clusters"
    named = False

    def labels(self, pixels: Rgb) -> Labels:
        """Clusters of `metrics.region_match`; of those whose mean colours are close, one."""
        found = segments(pixels)
        small = cv2.resize(pixels, found.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB))
        means = {int(each): lab[found == each].mean(0) for each in np.unique(found)}
        alias: dict[int, int] = {}
        for label, mean in means.items():
            near = (other for other in alias.values() if np.linalg.norm(means[other] - mean) < NEAR)
            alias[label] = next(near, label)
        return np.vectorize(alias.__getitem__, otypes=[np.int64])(found)

    def scores(self, pixels: Rgb) -> None:
        """None."""
        del pixels


class Graph:
    """A network for semantic segmentation as .onnx: ImageNet's normalisation in, (1, c, h, w) logits out."""

    named = True

    def __init__(self, path: Path) -> None:
        """Raises ModelError where the file cannot be used."""
        self.told = path.name
        model = graphs.read(path)
        try:
            shape = model.inputs[0].partial_shape
            sides = [shape[i].get_length() if shape[i].is_static else SIDE for i in (2, 3)]
            model.reshape([1, 3, *sides])
            self._program: Any = runtime.core().compile_model(
                model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
            )
        except (RuntimeError, IndexError) as error:
            raise ModelError(
                f"--segmenter {path} does not take pictures as (1, 3, height, width)."
            ) from error
        self._size = sides[1], sides[0]

    def labels(self, pixels: Rgb) -> Labels:
        """The likeliest class of each place."""
        return self.scores(pixels).argmax(0).astype(np.int64)

    def scores(self, pixels: Rgb) -> Scores:
        """Softmax over classes."""
        small = cv2.resize(pixels, self._size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        planes = ((small - MEAN) / DEVIATION).transpose(2, 0, 1)[None]
        logits = np.asarray(self._program(np.ascontiguousarray(planes))[0], np.float32)[0]
        shares = np.exp(logits - logits.max(0))
        return shares / shares.sum(0)
