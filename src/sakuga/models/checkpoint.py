"""Tensors out of .pth, .pt, .ckpt, .safetensors and ncnn files, named as the network itself names them."""

from __future__ import annotations

import pickle
import warnings
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors_torch
from torch import Tensor, nn

from sakuga.errors import WeightsError
from sakuga.models import ncnn

WRAPPINGS = ("g_ema", "params_ema", "params-ema", "params", "model_state_dict", "state_dict", "model")
"""Where training programs put the weights inside their file; averaged ones come first."""
PREFIXES = ("module.", "_orig_mod.")
"""What wrappers of PyTorch put in front of every name."""


def read(path: Path) -> dict[str, Tensor]:
    """All tensors of a file, on the CPU. Raises WeightsError where it is damaged or holds anything unsafe."""
    tensors = _tensors(_unwrapped(_content(path)))
    if not tensors:
        raise WeightsError(f"{path} holds no weights.")
    return tensors


def part(path: Path, name: str) -> dict[str, Tensor]:
    """The tensors that a training program put under `name`; none where it did not. Raises as `read`."""
    found = _content(path).get(name)
    return _tensors(cast("Mapping[str, Any]", found)) if isinstance(found, Mapping) else {}


def read_ncnn(files: Sequence[Path], module: nn.Module) -> dict[str, Tensor]:
    """The same from a .param and a .bin, whose layers stand in the order of those of `module`."""
    param, numbers = sorted(files, key=lambda path: path.suffix, reverse=True)
    arrays, names = ncnn.read(param, numbers), list(module.state_dict())
    if len(arrays) != len(names):
        raise WeightsError(f"{param} has {len(arrays)} arrays of weights; the network needs {len(names)}.")
    return {name: torch.as_tensor(array) for name, array in zip(names, arrays, strict=True)}


def _content(path: Path) -> Mapping[str, Any]:
    return _safetensors(path) if path.suffix.lower() == ".safetensors" else _pickled(path)


def _tensors(content: Mapping[str, Any]) -> dict[str, Tensor]:
    return {_bare(name): value for name, value in content.items() if isinstance(value, Tensor)}


def _safetensors(path: Path) -> Mapping[str, Any]:
    try:
        return cast("Any", safetensors_torch).load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path} could not be read as .safetensors ({error}); is it whole?") from error


def _pickled(path: Path) -> Mapping[str, Any]:
    try:
        with warnings.catch_warnings():
            # It warns of what it goes on to refuse.
            warnings.simplefilter("ignore")
            with cast("Any", torch.serialization).safe_globals([Namespace]):
                content: object = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path} could not be read: it is damaged, or holds programs beside its weights, and those could "
            "do anything. Ask its maker for a .safetensors file."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError) as error:
        raise WeightsError(f"{path} could not be read as a PyTorch file; is it one, and whole?") from error
    if not isinstance(content, Mapping):
        raise WeightsError(f"{path} holds no weights but a {type(content).__name__}.")
    return cast("Mapping[str, Any]", content)


def _unwrapped(content: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in WRAPPINGS:
        if isinstance(content.get(name), Mapping):
            return content[name]
    return content


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return _bare(name.removeprefix(prefix))
    return name
