"""Settings without which an encoder gives other bytes for the same pictures."""

from __future__ import annotations

from functools import cache

import cv2

_AVX512 = 13
"""OpenCV's number of the feature; its Python door has no name for it."""
_WITHOUT_AVX512 = "MMX2,SSE2,Cache64,SSSE3,SSE4.2,AVX,FMA3,BMI2,AVX2"


@cache
def settings(encoder: str) -> dict[str, str]:
    """`name: value` for the encoder's own settings; empty where it repeats itself anyway.

    On processors with AVX-512 x264's macroblock tree takes in memory that nobody wrote: at 64x48 twenty runs
    gave up to 18 different files, and without these instructions one.
    """
    if encoder == "libx264" and cv2.checkHardwareSupport(_AVX512):
        return {"asm": _WITHOUT_AVX512}
    return {}
