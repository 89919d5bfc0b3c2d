"""The ModelSpec as it travels inside .safetensors and .onnx files: JSON under the key `sakuga`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast, get_args

from safetensors import SafetensorError, safe_open

from sakuga.errors import ModelError, WeightsError
from sakuga.models.spec import FileSource, ModelSpec, NetworkName, Purpose

KEY = "sakuga"
ADAPTER = "sakuga-adapter"
"""Where an adapter says what it goes on, see models.adapter."""
Check = Callable[[Any], bool]


def _kind(wanted: type) -> Check:
    return lambda value: type(value) is wanted


def _whole(least: int) -> Check:
    return lambda value: type(value) is int and value >= least


def _among(*choices: object) -> Check:
    return lambda value: any(value == choice and type(value) is type(choice) for choice in choices)


CHECKS: Mapping[str, Check] = {
    "name": _kind(str),
    "network": _among(*get_args(NetworkName)),
    "scale": _whole(1),
    "options": _kind(dict),
    "window": _among(1, 3),
    "recurrent": _kind(bool),
    "halo": _whole(0),
    "exact": _kind(bool),
    "any_size": _kind(bool),
    "multiple": _whole(1),
    "least": _whole(1),
    "padding": _among("edge", "reflect"),
    "pooled": _kind(bool),
    "purpose": _among(*get_args(Purpose)),
    "half": _among((), ("bf16",), ("fp16",), ("bf16", "fp16"), ("fp16", "bf16")),
    "careful": _whole(0),
    "licence": _kind(str),
    "credit": _kind(str),
    "note": _kind(str),
}
"""What each entry can be; hyper-parameters are checked by the network's builder."""


def spec_to_json(spec: ModelSpec) -> str:
    """All of `spec` but where its weights are: they are in the same file."""
    values = {each.name: getattr(spec, each.name) for each in dataclasses.fields(spec) if each.name in CHECKS}
    return json.dumps(values | {"options": dict(spec.options)})


def spec_from_json(text: str, source: FileSource) -> ModelSpec:
    """What `spec_to_json` wrote into the file at `source`.

    Raises ModelError, naming the file, for an unknown or missing entry and for a value that cannot be.
    """
    entries = _entries(text, source)
    for name, value in entries.items():
        if name not in CHECKS:
            near = get_close_matches(name, CHECKS, 1)
            hint = f"did you mean {near[0]}?" if near else "a newer sakuga may know it."
            raise ModelError(f"{source.path}: its sakuga metadata has an entry {name!r}; {hint}")
        if not CHECKS[name](value):
            raise ModelError(f"{source.path}: in its sakuga metadata, {name} cannot be {value!r}.")
    try:
        return ModelSpec(source=source, **entries)
    except TypeError as error:
        raise ModelError(f"{source.path}: its sakuga metadata needs name, network and scale.") from error


def of_safetensors(path: Path, key: str = KEY) -> str | None:
    """What a .safetensors file holds under `key`. Raises WeightsError where it is damaged."""
    try:
        with cast("Any", safe_open)(path, framework="np") as file:
            written: dict[str, str] | None = file.metadata()
            return written.get(key) if written else None
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path} could not be read as .safetensors ({error}); is it whole?") from error


def _entries(text: str, source: FileSource) -> dict[str, Any]:
    try:
        values: object = json.loads(text)
    except ValueError as error:
        raise ModelError(f"{source.path}: its sakuga metadata is no JSON ({error}).") from error
    if not isinstance(values, dict):
        raise ModelError(f"{source.path}: its sakuga metadata should be a table of names and values.")
    return cast("dict[str, Any]", _with_tuples(cast("object", values)))


def _with_tuples(value: object) -> object:
    """JSON knows no tuples."""
    if isinstance(value, list):
        return tuple(cast("list[object]", value))
    if isinstance(value, dict):
        return {name: _with_tuples(entry) for name, entry in cast("dict[str, object]", value).items()}
    return value
