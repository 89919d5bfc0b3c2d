"""Every error a user can meet, as one tree.

SakugaError             its text is a sentence: what came, what was expected, what to do
├── InputError          a file, folder or value that the user gave cannot be used
├── ModelError          a model's name, file or weights cannot be used
│   ├── UnknownModel    no such name in the catalog, no such file
│   └── WeightsError    the weights cannot be fetched, or are not the ones promised
├── CodecError          a codec could not encode or decode what it was given
├── DeviceError         the device cannot run what was asked
│   └── OutOfMemory     it could not at this tile size; a smaller one may fit
└── OutputError         the result could not be written whole
    └── VerifyError     it was written, but does not hold what it should
"""

from __future__ import annotations


class SakugaError(Exception):
    """Base of all errors that a user can meet; `str(error)` is a full sentence naming file or flag."""


class InputError(SakugaError):
    """A file, folder or value that the user gave cannot be used."""


class ModelError(SakugaError):
    """A model's name, file or weights cannot be used."""


class UnknownModel(ModelError):  # noqa: N818
    """No model of this name stands in the catalog, and no file of this name exists."""


class WeightsError(ModelError):
    """The weights cannot be fetched or read, or their hash is not the promised one."""


class CodecError(SakugaError):
    """A codec could not encode or decode pictures that were to be degraded."""


class DeviceError(SakugaError):
    """The chosen device cannot run what was asked of it."""


class OutOfMemory(DeviceError):  # noqa: N818
    """The device ran out of memory at this tile size; the tile planner answers it by halving the tile."""


class OutputError(SakugaError):
    """The result could not be written whole (disk full, no permission, encoder failure)."""


class VerifyError(OutputError):
    """The result was written, but does not hold what the input holds."""
