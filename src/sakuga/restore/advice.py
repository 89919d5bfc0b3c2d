"""From what was measured to one command line."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from sakuga.media.codecs import CodecName
from sakuga.models.catalog import CATALOG, DEFAULT
from sakuga.restore.inspection import Inspection

SCALES = (4.0, 3.0, 2.5, 2.0, 1.5, 1.0)
"""Scales that are suggested, the model's own first."""
FULL = 2160
"""Rows beyond which no video is enlarged."""
BLOCKY, NOISY = 0.15, 2.0
"""Blocking and noise above which a picture needs the model that removes damage."""
PICTURE_MODEL = "realesrgan-anime-6b"


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
    chosen = model or _model(found)
    scale, codec = _scale(found, chosen), _codec(found, _scale(found, chosen))
    return Advice(chosen, scale, codec, _command(found, chosen, scale, codec), tuple(_reasons(found, scale)))


def _model(found: Inspection) -> str:
    damaged = found.blocking > BLOCKY or found.noise > NOISY
    return DEFAULT if found.kind == "video" or damaged or found.frames > 1 else PICTURE_MODEL


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
    words += ["--model", model] if model != DEFAULT else []
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
