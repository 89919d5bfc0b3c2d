"""How a command can end."""

from __future__ import annotations

from enum import IntEnum

from sakuga.errors import InputError


class Exit(IntEnum):
    """Exit codes; the same for every verb."""

    OK = 0
    """The output is whole."""
    FAILED = 1
    """Something could not be done; what and why was said."""
    MISUSED = 2
    """The command itself was wrong; nothing was done."""
    INTERRUPTED = 130
    """Ctrl-C, `kill` or a closed terminal."""


class UsageError(InputError):
    """A flag or argument that cannot be meant."""
