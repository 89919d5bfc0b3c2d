"""ResNet-50 as a perceptual loss looks at it: the raw results of convolutions inside its stages.

Source: He et al., "Deep residual learning for image recognition", CVPR 2016; the network is torchvision's.
APISR (CVPR 2024), section 3.4, compares conv1 and the last conv3 of each stage, before their normalisation.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from torch import Tensor, nn
from torchvision.models import resnet50


class ResNet50(nn.Module):
    """taps: the parts that are looked at, by torchvision's names, such as `layer3.5.conv3`."""

    def __init__(self, taps: Iterable[str]) -> None:
        super().__init__()
        self.body = nn.Sequential(OrderedDict(list(resnet50(weights=None).named_children())[:-2]))
        self._seen: dict[str, Tensor] = {}
        for name in taps:
            self.body.get_submodule(name).register_forward_hook(self._keeper(name))

    def _keeper(self, name: str):  # noqa: ANN202 - PyTorch's own hook type is private
        def keep(_module: nn.Module, _inputs: object, result: Tensor) -> None:
            self._seen[name] = result

        return keep

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """(b, 3, h, w), normalised, to each tap's features by its name; the gradient goes through them."""
        self.body(x)
        seen, self._seen = self._seen, {}
        return seen
