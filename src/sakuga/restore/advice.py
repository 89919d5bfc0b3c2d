"""From what was measured to one command line."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from sakuga.media.codecs import CodecName
from sakuga.models.catalog import CATALOG
from sakuga.models.choice import chosen
from sakuga.restore.estimate import Estimate
from sakuga.restore.inspection import Inspection

SCALES = (4.0, 3.0, 2.5, 2.0, 1.5, 1.0)
"""Scales that are suggested, the model's own first."""
FULL = 2160
"""Rows beyond which no video is enlarged."""
LONG = 3600.0
"""Seconds from which on a faster network is worth a thought."""
FAST = "--fast takes a small network instead, which needs far less time."


@dataclass(frozen=True, slots=True)
class Advice:
    """How to restore one file."""

    model: str
    scale: float
    codec: CodecName
    command: str
    """A line for a shell."""
    reasons: tuple[str, ...]
    """Sentences."""


def advise(found: Inspection, model: str | None = None) -> Advice:
    """A command for `found`; `model` where the user has chosen one."""
    name = model or chosen(moving=found.moving)
    scale, codec = _scale(found, name), _codec(found, _scale(found, name))
    return Advice(name, scale, codec, _command(found, name, scale, codec), tuple(_reasons(found, scale)))


def hastened(advice: Advice, found: Inspection, cost: Estimate) -> Advice:
    """`advice` with a word on --fast, where the work is long and the command names no model."""
    if (cost.seconds or 0) < LONG or advice.model != chosen(moving=found.moving):
        return advice
    return replace(advice, reasons=(*advice.reasons, FAST))


def _scale(found: Inspection, model: str) -> float:
    """The largest scale that enlarges the true detail no further than the model does."""
    own = CATALOG[model].scale if model in CATALOG else SCALES[0]
    rows = own * found.native_height
    most = min(rows, max(FULL, found.height)) if found.kind == "video" else rows
    fitting = [scale for scale in SCALES if scale <= own and scale * found.height <= most * 1.02]
    return fitting[0] if fitting else 1.0


def _codec(found: Inspection, scale: float) -> CodecName:
    """H.265 where H.264 is past what its players expect."""
    return "x265" if found.kind == "video" and found.height * scale > 1440 else "x264"


def _command(found: Inspection, model: str, scale: float, codec: CodecName) -> str:
    words = ["sakuga", "restore", str(found.path)]
    words += ["--model", model] if model != chosen(moving=found.moving) else []
    words += (
        ["--scale", f"{scale:g}"] if scale != (CATALOG[model].scale if model in CATALOG else None) else []
    )
    words += ["--codec", codec] if codec != "x264" else []
    return shlex.join(words)


def _reasons(found: Inspection, scale: float) -> list[str]:
    reasons: list[str] = []
    if found.native_height < 0.9 * found.height:
        reasons.append(
            f"Its detail is that of about {found.native_height:.0f} rows: it was enlarged or blurred before;"
            f" a larger --scale than {scale:g} would add pixels only."
        )
    if found.kind == "video" and found.height * scale >= FULL * 0.9:
        reasons.append(f"More than {FULL} rows would be lost on most screens.")
    if found.interlaced:
        reasons.append("It is flagged as interlaced; look whether moving edges are combed.")
    return reasons
