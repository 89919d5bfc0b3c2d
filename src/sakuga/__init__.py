"""sakuga: restore animation imagery."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sakuga.errors import (
    CodecError,
    DeviceError,
    InputError,
    ModelError,
    OutOfMemory,
    OutputError,
    SakugaError,
    UnknownModel,
    VerifyError,
    WeightsError,
)

if TYPE_CHECKING:
    from sakuga.restore.api import Restorer, load

    __version__: str

__all__ = [
    "CodecError",
    "DeviceError",
    "InputError",
    "ModelError",
    "OutOfMemory",
    "OutputError",
    "Restorer",
    "SakugaError",
    "UnknownModel",
    "VerifyError",
    "WeightsError",
    "__version__",
    "load",
]

_LAZY = {"Restorer": "sakuga.restore.api", "load": "sakuga.restore.api"}


def __getattr__(name: str) -> object:
    """Load what is asked for when it is asked for, so that `import sakuga` stays light."""
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("sakuga")
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
