"""Networks of the community, by spandrel, which knows some forty of them by their weights."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import spandrel
from torch import Tensor, nn

from sakuga.errors import ModelError
from sakuga.models.spec import FileSource, ModelSpec

PLAIN = ("Compact", "ESRGAN")
"""Networks of convolutions alone, as spandrel calls them."""


class Community(nn.Module):
    """A network in the form of ours: (b, 3, h, w) RGB in [0, 1] to (b, 3, s*h, s*w)."""

    def __init__(self, network: nn.Module, call: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.network = network
        self.call = call

    def forward(self, x: Tensor) -> Tensor:
        return self.call(self.network, x)


def find(state: Mapping[str, Tensor], path: Path) -> tuple[ModelSpec, Community]:
    """The network that `state` fits, and its spec, whose option `architecture` is spandrel's name for it.

    Raises ModelError where spandrel knows none, or it is not one from an RGB picture to an RGB picture.
    """
    found = _described(state, path)
    kind, channels = found.architecture.name, (found.input_channels, found.output_channels)
    if found.purpose not in ("SR", "Restoration"):
        raise ModelError(f"{path} holds {kind}, which does not restore whole pictures by itself.")
    if channels != (3, 3):
        raise ModelError(
            f"{path} holds {kind} from {channels[0]} to {channels[1]} channels; sakuga needs RGB."
        )
    if found.size_requirements.square:
        raise ModelError(f"{path} holds {kind}, which takes square pictures only.")
    call: Any = getattr(found, "_call_fn")  # noqa: B009 - what the descriptor does but for clamping
    return _spec(found, path), Community(found.model, call)


def _described(state: Mapping[str, Tensor], path: Path) -> Any:  # noqa: ANN401 - generic in its network
    try:
        with warnings.catch_warnings():
            # Its networks call PyTorch in ways that are no longer liked.
            warnings.simplefilter("ignore")
            return spandrel.ModelLoader().load_from_state_dict(dict(state))
    except spandrel.UnsupportedModelError as error:
        first = ", ".join(list(state)[:3])
        raise ModelError(
            f"{path} fits no network that sakuga or spandrel know (it begins: {first})."
        ) from error
    except Exception as error:
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise ModelError(f"{path} looks like a known network, but does not fit it: {reason[0]}") from error


def _spec(found: Any, path: Path) -> ModelSpec:  # noqa: ANN401
    size, architecture = found.size_requirements, found.architecture
    exact = architecture.id == "Compact"
    half: list[Literal["bf16", "fp16"]] = ["bf16"] if found.supports_bfloat16 else []
    return ModelSpec(
        name=path.stem,
        network="community",
        scale=found.scale,
        source=FileSource(path),
        options={"architecture": architecture.name},
        halo=_reach(found.model) if exact else 64,
        exact=exact,
        any_size=architecture.id in PLAIN,
        multiple=math.lcm(size.multiple_of, max(size.minimum, 1)),
        half=(*half, "fp16") if found.supports_half else tuple(half),
    )


def _reach(network: nn.Module) -> int:
    """How far one pixel reaches through convolutions in a row."""
    return sum(int(part.kernel_size[0]) // 2 for part in network.modules() if isinstance(part, nn.Conv2d))
