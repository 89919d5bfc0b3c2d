"""OpenVINO's core, one for the whole process.

Its CPU plugin gives the process a stack for signals. Where one core ends after another that began later, that
stack is one that is gone, and the next signal, such as Ctrl-C, ends the process with a segmentation fault.
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def core() -> Any:  # noqa: ANN401 - no public type
    """An openvino.Core; it knows the devices, reads graphs and compiles them."""
    import openvino as ov

    return ov.Core()
