"""The score of IC9600: ICNet on a picture squeezed to 512x512, as APISR chose its pictures."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sakuga.errors import ModelError, WeightsError
from sakuga.media.frames import Pixels
from sakuga.media.layout import eight_bits

if TYPE_CHECKING:
    from torch import Tensor


class IC9600:
    """Call it with a picture for its complexity, 0 to 1."""

    def __init__(self, weights: Path, device: str = "auto") -> None:
        """Raises ModelError, WeightsError or DeviceError: no PyTorch, another file, no such device."""
        if importlib.util.find_spec("torch") is None:
            raise ModelError('--score ic9600 needs PyTorch: python -m pip install "sakuga[torch]".')
        from sakuga.engine.device import for_torch
        from sakuga.models import checkpoint
        from sakuga.models.icnet import ICNet

        if not weights.is_file():
            raise WeightsError(f"--weights {weights}: there is no such file.")
        network, state = ICNet(), checkpoint.read(weights)
        try:
            network.load_state_dict(state)
        except RuntimeError as error:
            raise WeightsError(
                f"{weights} does not hold the weights of ICNet ({len(state)} tensors, not 246, or of other"
                " names and shapes); --weights is the ck.pth that IC9600's authors publish."
            ) from error
        self._device = for_torch(device)
        self._network = network.eval().requires_grad_(requires_grad=False).to(self._device)

    def __call__(self, pixels: Pixels) -> float:
        """(H, W, 3) RGB to 0..1."""
        scores, _ = self._network(prepared(pixels).to(self._device))
        return float(scores[0])


def prepared(pixels: Pixels) -> Tensor:
    """(H, W, 3) RGB to what the network takes, (1, 3, 512, 512): Pillow's bilinear, which averages."""
    import torch

    from sakuga.models.icnet import DEVIATION, MEAN, SIDE

    image = Image.fromarray(eight_bits(pixels)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    levels = (np.asarray(image, np.float32) / 255 - np.array(MEAN, np.float32)) / np.array(
        DEVIATION, np.float32
    )
    return torch.as_tensor(levels).permute(2, 0, 1)[None].contiguous()
