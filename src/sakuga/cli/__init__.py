"""The `sakuga` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, those of this process by default, and leave with its exit code."""
    from sakuga.cli.app import run

    sys.exit(run(sys.argv[1:] if arguments is None else arguments))
