"""Settings without which an encoder gives other bytes for the same pictures."""

from __future__ import annotations

import os
from collections.abc import Callable

import cv2

_AVX512 = 13
"""OpenCV's number of the feature; its Python door has no name for it."""
_WITHOUT_AVX512 = "MMX2,SSE2,Cache64,SSSE3,SSE4.2,AVX,FMA3,BMI2,AVX2"


def cores() -> int:
    """Of this machine, as many as this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def settings(encoder: str, cores: int | None) -> dict[str, str]:
    """`name: value` for the encoder's own settings; empty where it repeats itself anyway.

    cores: for which it is set, wherever it runs; None leaves it to look for itself.
    """
    needed = {"asm": _WITHOUT_AVX512} if encoder == "libx264" and cv2.checkHardwareSupport(_AVX512) else {}
    if cores is not None and encoder in _BY_CORES:
        needed |= _BY_CORES[encoder](cores)
    return needed


def _x264(cores: int) -> dict[str, str]:
    return {"threads": str(cores)}


def _x265(cores: int) -> dict[str, str]:
    return {"frame-threads": str(min(5, max(1, cores.bit_length() - 1))), "lookahead-slices": "0"}


_BY_CORES: dict[str, Callable[[int], dict[str, str]]] = {"libx264": _x264, "libx265": _x265}
"""x264 cuts each picture into as many slices as there are cores, x265 works on more frames at once, of which
each can refer to less of the others. The numbers are their own; x265's look ahead goes without its slices."""
